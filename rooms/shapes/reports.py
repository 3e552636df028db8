import uuid
from typing import Self

from ninja import Schema

from rooms.models import Comment, Report
from rooms.shapes.people import PersonOut
from rooms.shapes.photos import PhotoOut
from salon.moments import Moment


class ReportedComment(Schema):
    id: uuid.UUID
    author: PersonOut | None
    text: str

    @classmethod
    def of(cls, comment: Comment) -> Self:
        return cls(id=comment.id, author=PersonOut.of(comment.author) if comment.author else None, text=comment.text)


class ReportOut(Schema):
    """What somebody thinks others should look at: a photo, or what was said about it."""

    id: uuid.UUID
    photo: PhotoOut
    comment: ReportedComment | None
    reporter: PersonOut | None
    reason: str
    reported_at: Moment

    @classmethod
    def of(cls, report: Report) -> Self:
        return cls(
            id=report.id,
            photo=PhotoOut.of(report.photo, report.room),
            comment=ReportedComment.of(report.comment) if report.comment else None,
            reporter=PersonOut.of(report.reporter) if report.reporter else None,
            reason=report.reason,
            reported_at=report.reported_at,
        )


class ReportPage(Schema):
    items: list[ReportOut]
    next: str | None

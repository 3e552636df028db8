import uuid
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from rooms import readings
from rooms.access import Right, comment_for, photo_for, report_for, room_for
from rooms.actions import reports as actions
from rooms.shapes.reports import ReportOut, ReportPage
from salon.auth import asker
from salon.fields import Text

router = Router(tags=["reports"])

Limit = Annotated[int, Query(ge=1, le=readings.LARGEST_PAGE)]


class ReportIn(Schema):
    reason: Text = ""
    comment: uuid.UUID | None = None


@router.post("/rooms/{slug:room}/photos/{photo}/report", response={201: ReportOut, 200: ReportOut})
def report_photo(request: HttpRequest, room: str, photo: uuid.UUID, body: ReportIn) -> Status[ReportOut]:
    """Ask those who curate to look at a photo, or at a comment on it. Asking again changes nothing."""
    member = room_for(asker(request), room)
    found = photo_for(member, photo)
    comment = comment_for(member, found, body.comment) if body.comment else None
    report, made = actions.make(member, found, comment, body.reason)
    return Status(201 if made else 200, ReportOut.of(report))


@router.get("/rooms/{slug:room}/reports", response=ReportPage)
def list_reports(request: HttpRequest, room: str, after: uuid.UUID | None = None, limit: Limit = readings.PAGE) -> ReportPage:
    """Open ones about what is still shown, the oldest first."""
    return readings.reports_of(room_for(asker(request), room, Right.CURATE), after, limit)


@router.post("/rooms/{slug:room}/reports/{report}/settle", response={204: None})
def settle_report(request: HttpRequest, room: str, report: uuid.UUID) -> Status[None]:
    member = room_for(asker(request), room, Right.CURATE)
    actions.settle(member, report_for(member, report))
    return Status(204, None)

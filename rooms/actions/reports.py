"""Reports are between whoever makes one and those who curate, so they leave no trace in the journal."""

from django.db import transaction
from django.utils import timezone

from rooms import access
from rooms.access import Right
from rooms.actions.photos import locked
from rooms.models import Comment, Membership, Photo, Report


def make(member: Membership, photo: Photo, comment: Comment | None = None, reason: str = "") -> tuple[Report, bool]:
    """Ask those who curate to look; the second value is False when this person has asked already and nobody has looked yet."""
    with transaction.atomic():
        access.recheck(locked(member), Right.VIEW)  # under the lock, so that a double click makes one report
        report, made = Report.objects.get_or_create(
            room=member.room, photo=photo, comment=comment, reporter=member.user, settled_at=None, defaults={"reason": reason}
        )
    return report, made


def settle(member: Membership, report: Report) -> None:
    """Somebody has looked at it. Whoever comes second changes nothing."""
    with transaction.atomic():
        access.recheck(locked(member), Right.CURATE)
        Report.objects.filter(pk=report.pk, settled_at=None).update(settled_at=timezone.now(), settled_by=member.user)

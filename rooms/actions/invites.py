"""Links into a room. Only those who may invite see them, so they leave no trace in the journal."""

from datetime import datetime

from django.utils import timezone

from rooms import access
from rooms.models import Invite, Membership, Role
from salon.errors import ForbiddenError, InvalidError


def create(
    member: Membership, *, role: Role = Role.CONTRIBUTOR, label: str = "", expires_at: datetime | None = None, max_uses: int | None = None
) -> Invite:
    """Make a link. Raises ForbiddenError for a role above what this member may grant."""
    if role not in access.grantable_roles(member):
        raise ForbiddenError(f"You cannot invite somebody as {role}.")
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidError("A link cannot expire in the past.", field="expires_at")
    return Invite.objects.create(room=member.room, created_by=member.user, role=role, label=label, expires_at=expires_at, max_uses=max_uses)


def revoke(invite: Invite) -> None:
    Invite.objects.filter(pk=invite.pk, revoked_at=None).update(revoked_at=timezone.now())

"""Who may do what. The only place that decides it: pages, the API, sockets and images all ask here.

Everything is looked up through the person asking, so that a missing check cannot be written. A stranger is told the same as
for a thing that does not exist; a member without the right is told that it is the right which is missing.
"""

import uuid
from collections.abc import Collection
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from rooms.models import Archive, Invite, Membership, Originals, Photo, Removal, Role, Upload
from salon.errors import ForbiddenError, NotFoundError, NotSignedInError
from salon.trace import note_room

Asker = User | AnonymousUser


class Right(StrEnum):
    VIEW = "view"
    TALK = "talk"
    UPLOAD = "upload"
    CURATE = "curate"
    INVITE = "invite"
    REMOVE_MEMBERS = "remove_members"
    MANAGE = "manage"


RIGHTS: dict[str, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.VIEW, Right.TALK}),
    Role.CONTRIBUTOR: frozenset({Right.VIEW, Right.TALK, Right.UPLOAD}),
    Role.MODERATOR: frozenset({Right.VIEW, Right.TALK, Right.UPLOAD, Right.CURATE, Right.INVITE, Right.REMOVE_MEMBERS}),
    Role.OWNER: frozenset(Right),
}
RANK = {Role.VIEWER: 0, Role.CONTRIBUTOR: 1, Role.MODERATOR: 2, Role.OWNER: 3}


def memberships(user: Asker) -> QuerySet[Membership]:
    """The memberships of this person in rooms that still exist."""
    if not user.is_authenticated or not user.is_active:
        return Membership.objects.none()
    return Membership.objects.filter(user=user, room__deleted_at=None).select_related("room", "user")


def room_for(user: Asker, slug: str, right: Right = Right.VIEW) -> Membership:
    """This person's membership of the room; `.room` is the room.

    Raises NotFoundError for strangers and ForbiddenError for members without the right.
    """
    member = memberships(user).filter(room__slug=slug).first()
    if member is None:
        raise NotFoundError
    note_room(slug, member.user_id)
    require(member, right)
    return member


def rights_of(member: Membership) -> frozenset[Right]:
    return RIGHTS[member.role] if member.room.talk else RIGHTS[member.role] - {Right.TALK}


def require(member: Membership, right: Right) -> None:
    if right not in rights_of(member):
        raise ForbiddenError


def recheck(member: Membership, right: Right) -> None:
    """Read the role again, and raise what `room_for` would raise now. Meant for use under the room's lock."""
    role = memberships(member.user).filter(pk=member.pk, user__is_active=True).values_list("role", flat=True).first()
    if role is None:
        raise NotFoundError
    member.role = role
    require(member, right)


def standing(membership_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[str, int]]:
    """Role, and number of the room's newest event, of each of these memberships that has not ended."""
    found = Membership.objects.filter(pk__in=membership_ids, room__deleted_at=None, user__is_active=True)
    return {pk: (role, seq) for pk, role, seq in found.values_list("pk", "role", "room__seq")}


def photo_for(member: Membership, photo_id: uuid.UUID, *, removed: bool = False) -> Photo:
    """A photo of the member's room. Raises NotFoundError."""
    photo = Photo.objects.filter(room=member.room, pk=photo_id, removed_at__isnull=not removed).select_related("uploader").first()
    if photo is None:
        raise NotFoundError
    photo.room = member.room
    return photo


def upload_for(member: Membership, upload_id: uuid.UUID) -> Upload:
    """A resumable upload of this member. Raises NotFoundError."""
    upload = Upload.objects.filter(room=member.room, user=member.user, pk=upload_id).first()
    if upload is None:
        raise NotFoundError
    return upload


def archive_for(member: Membership, archive_id: uuid.UUID) -> Archive:
    """An archive this member asked for, and that has not expired. Raises NotFoundError."""
    archive = Archive.objects.filter(room=member.room, user=member.user, pk=archive_id, expires_at__gt=timezone.now()).first()
    if archive is None:
        raise NotFoundError
    archive.room = member.room
    return archive


def restorable(member: Membership) -> QuerySet[Photo]:
    """Removed photos that this member may bring back; `require_tending` says the same of one."""
    removed = Photo.objects.filter(room=member.room, removed_at__isnull=False).select_related("uploader", "removed_by")
    return removed if Right.CURATE in rights_of(member) else removed.filter(uploader=member.user, removed_by=member.user)


def require_tending(member: Membership, photo: Photo) -> None:
    """Whose photo is it to caption, remove and bring back: the uploader's, and everybody's who curates."""
    if Right.CURATE in rights_of(member):
        return
    if photo.removed_at is not None and photo.removed_by_id != member.user_id:
        raise NotFoundError  # what somebody else took away is no longer there, not even as a "forbidden", and stays away
    if photo.uploader_id != member.user_id:
        raise ForbiddenError


def edition_policy(member: Membership, photo: Photo) -> Originals:
    """What this member gets of an original: their own as it came, others' by the room's policy."""
    return Originals.AS_IS if photo.uploader_id == member.user_id else Originals(member.room.originals)


def member_for(member: Membership, user_id: uuid.UUID) -> Membership:
    """Another member of the same room, or oneself. Raises NotFoundError."""
    other = Membership.objects.filter(room=member.room, user_id=user_id).select_related("room", "user").first()
    if other is None:
        raise NotFoundError
    return other


def require_removing(member: Membership, other: Membership) -> None:
    """Whom one may take out of the room: oneself always, others by right and only below one's own rank."""
    if other.pk == member.pk:
        return
    require(member, Right.REMOVE_MEMBERS)
    if Right.MANAGE not in rights_of(member) and RANK[Role(other.role)] >= RANK[Role(member.role)]:
        raise ForbiddenError("You can only remove people whose role is below yours.")


def grantable_roles(member: Membership) -> list[Role]:
    """Roles a link made by this member may carry: below their own, so that nobody lifts themselves up by a link."""
    return [role for role in Role if RANK[role] < RANK[Role(member.role)]]


def invites_for(member: Membership) -> QuerySet[Invite]:
    """The room's links this member may see. A link that carries more than they may grant would be a way round `grantable_roles`."""
    return Invite.objects.filter(room=member.room, revoked_at=None, role__in=grantable_roles(member)).select_related("created_by", "room")


class InviteInvalidError(NotFoundError):
    code = "invite_invalid"
    message = "This link does not work any more. Ask whoever sent it for a new one."


def invite_for(token: str) -> Invite:
    """The invite this token opens. Raises InviteInvalidError, the same for unknown, expired, revoked and used-up links."""
    invite = Invite.objects.open().filter(token=token).select_related("room", "created_by").first()
    if invite is None:
        raise InviteInvalidError
    return invite


def admits(invite: Invite, user: User) -> bool:
    """Whether this link lets this person in. Somebody who was removed needs one that was made after that."""
    return not Removal.objects.filter(room=invite.room, user=user, at__gte=invite.created_at).exists()


def member_by_token(user: Asker, token: str) -> Membership | None:
    """The membership of somebody who opens a link to a room they are in already, even when the link has run out."""
    return memberships(user).filter(room__invites__token=token).first()


def person(user: Asker) -> User:
    """Somebody signed in. Raises NotSignedInError."""
    if not isinstance(user, User):
        raise NotSignedInError
    return user

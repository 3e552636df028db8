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

from accounts.models import User, digest
from rooms.models import Archive, Comment, Invite, Membership, Originals, Photo, Removal, Report, Role, Room, Screen, Upload
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
    if right == Right.TALK and not member.room.talk:
        raise ForbiddenError("Comments and reactions are switched off in this room.")
    if right not in rights_of(member):
        raise ForbiddenError


def recheck(member: Membership, right: Right) -> None:
    """Read the role again, and whether the room talks, and raise what `room_for` would raise now. Meant for use under the room's lock."""
    now = memberships(member.user).filter(pk=member.pk, user__is_active=True).values_list("role", "room__talk").first()
    if now is None:
        raise NotFoundError
    member.role, member.room.talk = now
    require(member, right)


def standing(membership_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[str, int, int]]:
    """Role, number of the room's newest event, and of the newest one seen, of each of these memberships that has not ended."""
    found = Membership.objects.filter(pk__in=membership_ids, room__deleted_at=None, user__is_active=True)
    return {pk: (role, seq, read) for pk, role, seq, read in found.values_list("pk", "role", "room__seq", "read_seq")}


def screen_by(key: str) -> Screen:
    """The screen that has this key; `.room` is where it hangs. Raises NotFoundError."""
    screen = Screen.objects.filter(digest=digest(key), room__deleted_at=None).select_related("room").first() if key else None
    if screen is None:
        raise NotFoundError
    note_room(screen.room.slug)
    return screen


def screen_for(key: str, slug: str) -> Screen:
    """The same, if it hangs in this room. Raises NotFoundError."""
    screen = screen_by(key)
    if screen.room.slug != slug:
        raise NotFoundError
    return screen


def viewer_for(user: Asker, key: str, slug: str) -> Membership | Screen:
    """Who may see the room's photos on a wall: a member, or else the screen with this key. Raises NotFoundError."""
    try:
        return room_for(user, slug)
    except NotFoundError:
        return screen_for(key, slug)


def screens_standing(screen_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Number of the room's newest event, of each of these screens that has not been taken down."""
    found = Screen.objects.filter(pk__in=screen_ids, room__deleted_at=None) if screen_ids else Screen.objects.none()
    return dict(found.values_list("pk", "room__seq"))


def photo_for(member: Membership, photo_id: uuid.UUID, *, removed: bool = False) -> Photo:
    """A photo of the member's room. Raises NotFoundError."""
    return photo_in(member.room, photo_id, removed=removed)


def photo_in(room: Room, photo_id: uuid.UUID, *, removed: bool = False) -> Photo:
    """A photo of a room that was found through the one asking. Raises NotFoundError."""
    photo = Photo.objects.filter(room=room, pk=photo_id, removed_at__isnull=not removed).select_related("uploader").first()
    if photo is None:
        raise NotFoundError
    photo.room = room
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


def comment_for(member: Membership, photo: Photo, comment_id: uuid.UUID, *, removed: bool = False) -> Comment:
    """A comment on a photo that `photo_for` found for this member. Raises NotFoundError."""
    found = Comment.objects.filter(room=member.room, photo=photo, pk=comment_id, removed_at__isnull=not removed)
    comment = found.select_related("author").first()
    if comment is None:
        raise NotFoundError
    comment.photo, comment.room = photo, member.room
    return comment


def require_author(member: Membership, comment: Comment) -> None:
    """Nobody puts words into somebody else's mouth, not even who curates."""
    if comment.author_id != member.user_id:
        raise ForbiddenError


def require_removing_comment(member: Membership, comment: Comment) -> None:
    if comment.author_id != member.user_id:
        require(member, Right.CURATE)


def require_restoring_comment(member: Membership, comment: Comment) -> None:
    """Whoever removed it, and everybody who curates. For others it is not there, not even as a "forbidden"."""
    if comment.removed_by_id != member.user_id and Right.CURATE not in rights_of(member):
        raise NotFoundError


def named(room: Room, user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of those among these people who are members of the room."""
    if not user_ids:
        return {}
    return dict(Membership.objects.filter(room=room, user__in=user_ids).values_list("user", "user__name"))


def report_for(member: Membership, report_id: uuid.UUID) -> Report:
    """A report in the member's room, settled or not. Raises NotFoundError."""
    report = Report.objects.filter(room=member.room, pk=report_id).first()
    if report is None:
        raise NotFoundError
    return report


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


def listeners(room_id: uuid.UUID, levels: Collection[str], users: Collection[uuid.UUID] | None = None) -> QuerySet[Membership]:
    """The members who want to be told, of these people or of all."""
    found = Membership.objects.filter(room=room_id, notify__in=levels, user__is_active=True)
    return found if users is None else found.filter(user__in=users)


def read_marks(users: Collection[uuid.UUID]) -> dict[tuple[uuid.UUID, uuid.UUID], int]:
    """How far each of these people has seen each of their rooms, by person and room."""
    found = Membership.objects.filter(user__in=users, room__deleted_at=None)
    return {(user, room): seq for user, room, seq in found.values_list("user", "room", "read_seq")}

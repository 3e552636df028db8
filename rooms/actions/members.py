from functools import partial

from django.db import transaction
from django.db.models import F

from accounts.models import User
from rooms import access, broadcasts, journal
from rooms.access import Right
from rooms.actions.change import change
from rooms.models import Invite, Kind, Membership, Removal, Role
from rooms.shapes.members import MemberOut
from rooms.shapes.people import PersonOut
from salon.errors import ConflictError, NotFoundError


class LastOwnerError(ConflictError):
    code = "last_owner"
    message = "A room needs an owner. Make somebody else an owner first."


def join(user: User, token: str) -> Membership:
    """Enter the room of an invite. Somebody who is in already stays as they are, and the link keeps its use."""
    member = access.member_by_token(user, token)
    if member is not None:
        return member
    room = access.invite_for(token).room
    with journal.record(room, Kind.MEMBER_JOINED, user) as entry:
        # Again, under the room's lock: fifty people may have opened a link for one at the same moment.
        invite = access.invite_for(token)
        if not access.admits(invite, user):
            raise access.InviteInvalidError
        member, entered = Membership.objects.get_or_create(
            room=room, user=user, defaults={"role": invite.role, "invite": invite, "joined_at": entry.at, "read_seq": entry.seq}
        )
        if not entered:
            raise journal.UnchangedError
        Invite.objects.filter(pk=invite.pk).update(uses=F("uses") + 1)
        entry.data = MemberOut.of(member).model_dump(mode="json")
    return member


def change_role(member: Membership, other: Membership, role: Role) -> Membership:
    with change(member, Kind.MEMBER_CHANGED, Right.MANAGE) as entry:
        reread(other)
        if role != Role.OWNER:
            keep_an_owner(other)
        other.role = role
        other.save(update_fields=["role"])
        entry.data = MemberOut.of(other).model_dump(mode="json")
        transaction.on_commit(partial(broadcasts.doubt_room, member.room_id, other.user_id))
    return other


def remove(member: Membership, other: Membership) -> None:
    """Take somebody out of the room, or leave it oneself. Whoever was taken out needs a new link to come back."""
    with change(member, Kind.MEMBER_LEFT) as entry:
        reread(other)
        access.require_removing(member, other)
        keep_an_owner(other)
        other.delete()
        if other.user_id != member.user_id:
            Removal.objects.update_or_create(room=member.room, user=other.user, defaults={"at": entry.at})
        entry.data = {"id": str(other.user_id), "user": PersonOut.of(other.user).model_dump(mode="json")}
        transaction.on_commit(partial(broadcasts.doubt_room, member.room_id, other.user_id))


def reread(other: Membership) -> None:
    """The other's role as it is under the room's lock. Raises NotFoundError for somebody who has gone meanwhile."""
    try:
        other.refresh_from_db(fields=["role"])
    except Membership.DoesNotExist:
        raise NotFoundError from None


def keep_an_owner(leaving: Membership) -> None:
    """Raise LastOwnerError if the room would be left without one. Called under the room's lock."""
    others = Membership.objects.filter(room=leaving.room, role=Role.OWNER).exclude(pk=leaving.pk)
    if leaving.role == Role.OWNER and not others.exists():
        raise LastOwnerError

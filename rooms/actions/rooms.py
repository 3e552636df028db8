from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from rooms import access, broadcasts, journal
from rooms.access import Right
from rooms.actions.change import change
from rooms.models import Kind, Membership, Originals, Role, Room
from rooms.shapes.members import MemberOut
from rooms.shapes.rooms import RoomShared


def create(user: User, name: str, description: str = "") -> Membership:
    """Make a room and its first owner."""
    with transaction.atomic():
        room = Room.objects.create(name=name, description=description)
        with journal.record(room, Kind.MEMBER_JOINED, user) as entry:
            member = Membership.objects.create(room=room, user=user, role=Role.OWNER, joined_at=entry.at, read_seq=entry.seq)
            entry.data = MemberOut.of(member).model_dump(mode="json")
    return member


def edit(member: Membership, *, name: str | None = None, description: str | None = None, originals: Originals | None = None) -> Room:
    room = member.room
    with change(member, Kind.ROOM_CHANGED, Right.MANAGE) as entry:
        room.refresh_from_db(fields=["name", "description", "originals"])
        room.name = room.name if name is None else name
        room.description = room.description if description is None else description
        room.originals = room.originals if originals is None else originals
        room.save(update_fields=["name", "description", "originals"])
        entry.data = RoomShared.of(room).model_dump(mode="json")
    return room


def delete(member: Membership) -> None:
    """Close the room to everybody at once. Its photos stay on disk until they are purged."""
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=member.room_id)
        access.recheck(member, Right.MANAGE)
        room.deleted_at = timezone.now()
        room.save(update_fields=["deleted_at"])
        transaction.on_commit(partial(broadcasts.doubt_room, room.id))

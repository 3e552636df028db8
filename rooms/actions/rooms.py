from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from rooms import broadcasts, journal
from rooms.actions.change import change
from rooms.models import Kind, Membership, Role, Room
from rooms.shapes import MemberOut, RoomShared


def create(user: User, name: str, description: str = "") -> Membership:
    """Make a room and its first owner."""
    with transaction.atomic():
        room = Room.objects.create(name=name, description=description)
        with journal.record(room, Kind.MEMBER_JOINED, user) as entry:
            member = Membership.objects.create(room=room, user=user, role=Role.OWNER, joined_at=entry.at)
            entry.data = MemberOut.of(member).model_dump(mode="json")
    return member


def edit(member: Membership, *, name: str | None = None, description: str | None = None) -> Room:
    room = member.room
    with change(member, Kind.ROOM_CHANGED) as entry:
        room.name = room.name if name is None else name
        room.description = room.description if description is None else description
        room.save(update_fields=["name", "description"])
        entry.data = RoomShared.of(room).model_dump(mode="json")
    return room


def delete(member: Membership) -> None:
    """Close the room to everybody at once. Its photos stay on disk until they are purged."""
    Room.objects.filter(pk=member.room_id, deleted_at=None).update(deleted_at=timezone.now())
    transaction.on_commit(partial(broadcasts.end_room, member.room_id))

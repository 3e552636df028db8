import uuid
from functools import partial
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from rooms import access, broadcasts, journal
from rooms.access import Right
from rooms.actions.change import change
from rooms.covers import Cover
from rooms.models import Kind, Membership, Originals, Role, Room, Told
from rooms.shapes.members import MemberOut
from rooms.shapes.rooms import RoomChanged


def create(user: User, name: str, description: str = "") -> Membership:
    """Make a room and its first owner."""
    with transaction.atomic():
        room = Room.objects.create(name=name, description=description)
        Told.objects.create(room=room, seq=0)
        with journal.record(room, Kind.MEMBER_JOINED, user) as entry:
            member = Membership.objects.create(room=room, user=user, role=Role.OWNER, joined_at=entry.at, read_seq=entry.seq)
            entry.data = MemberOut.of(member).model_dump(mode="json")
    return member


class RoomChanges(TypedDict, total=False):
    """What of a room shall be otherwise. `cover` is a photo of the room, or None for its newest."""

    name: str
    description: str
    originals: Originals
    talk: bool
    cover: uuid.UUID | None


def edit(member: Membership, **changes: Unpack[RoomChanges]) -> Room:
    """Whoever curates may choose the cover; the rest is for those who manage the room."""
    room, right = member.room, Right.CURATE if set(changes) == {"cover"} else Right.MANAGE
    with change(member, Kind.ROOM_CHANGED, right) as entry:
        room.refresh_from_db(fields=list(RoomChanges.__annotations__))
        if "cover" in changes:
            cover = changes.pop("cover")
            room.cover = access.photo_for(member, cover) if cover else None
        for field, value in changes.items():
            setattr(room, field, value)
        room.save(update_fields=list(RoomChanges.__annotations__))
        entry.data = RoomChanged.at(room, Cover.of(room)).model_dump(mode="json")
    return room


def delete(member: Membership) -> None:
    """Close the room to everybody at once. Its photos stay on disk until they are purged."""
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=member.room_id)
        access.recheck(member, Right.MANAGE)
        room.deleted_at = timezone.now()
        room.save(update_fields=["deleted_at"])
        transaction.on_commit(partial(broadcasts.doubt_room, room.id))

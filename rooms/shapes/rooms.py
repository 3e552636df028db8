import uuid
from typing import Self

from ninja import Schema

from rooms.access import Right
from rooms.covers import Cover
from rooms.models import Level, Originals, Role, Room


class RoomShared(Schema):
    """A room as everybody in it sees it. `cover_photo` is the photo that was chosen, which may have been removed since."""

    id: str
    name: str
    description: str
    originals: Originals
    talk: bool
    cover_photo: uuid.UUID | None
    seq: int

    @classmethod
    def of(cls, room: Room) -> Self:
        fields = ("name", "description", "talk", "seq")
        return cls(
            **{field: getattr(room, field) for field in fields},
            id=room.slug,
            originals=Originals(room.originals),
            cover_photo=room.cover_id,
        )


class RoomChanged(RoomShared):
    """What the journal tells of a change. Cover and colour may change with the photos, too, of which other events tell."""

    cover: str | None
    colour: str | None

    @classmethod
    def at(cls, room: Room, cover: Cover) -> Self:
        return cls(**RoomShared.of(room).dict(), cover=cover.address(room), colour=cover.colour)


class RoomOut(RoomChanged):
    """A room as one member sees it. `unread` are photos of others that came after `read_seq`."""

    role: Role
    rights: list[Right]
    members: int
    photos: int
    unread: int
    read_seq: int
    reports: int
    notify: Level


class RoomList(Schema):
    items: list[RoomOut]
    next: None = None

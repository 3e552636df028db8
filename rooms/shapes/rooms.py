from typing import Self

from ninja import Schema

from rooms.access import Right
from rooms.models import Originals, Role, Room


class RoomShared(Schema):
    """A room as everybody in it sees it."""

    id: str
    name: str
    description: str
    originals: Originals
    seq: int

    @classmethod
    def of(cls, room: Room) -> Self:
        return cls(id=room.slug, name=room.name, description=room.description, originals=Originals(room.originals), seq=room.seq)


class RoomOut(RoomShared):
    """A room as one member sees it."""

    role: Role
    rights: list[Right]
    members: int
    photos: int
    cover: str | None


class RoomList(Schema):
    items: list[RoomOut]
    next: None = None

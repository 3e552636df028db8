import uuid
from typing import cast

from django.http import HttpRequest
from ninja import Router, Schema, Status

from rooms import readings
from rooms.access import Right, room_for
from rooms.actions import rooms as actions
from rooms.actions.rooms import RoomChanges
from rooms.models import Originals
from rooms.shapes.rooms import RoomList, RoomOut
from salon.auth import asker
from salon.fields import Name, Text

router = Router(tags=["rooms"])


class RoomIn(Schema):
    name: Name
    description: Text = ""


class RoomEdit(Schema):
    name: Name | None = None
    description: Text | None = None
    originals: Originals | None = None
    talk: bool | None = None
    cover: uuid.UUID | None = None

    def changes(self) -> RoomChanges:
        """What was said; null says something only of the cover."""
        said = self.dict(exclude_unset=True)
        return cast("RoomChanges", {name: value for name, value in said.items() if value is not None or name == "cover"})


@router.get("/rooms", response=RoomList)
def list_rooms(request: HttpRequest) -> RoomList:
    return RoomList(items=readings.rooms_of(asker(request)))


@router.post("/rooms", response={201: RoomOut})
def create_room(request: HttpRequest, body: RoomIn) -> Status[RoomOut]:
    member = actions.create(asker(request), body.name, body.description)
    return Status(201, readings.room_of(member))


@router.get("/rooms/{slug:room}", response=RoomOut)
def get_room(request: HttpRequest, room: str) -> RoomOut:
    return readings.room_of(room_for(asker(request), room))


@router.patch("/rooms/{slug:room}", response=RoomOut)
def edit_room(request: HttpRequest, room: str, body: RoomEdit) -> RoomOut:
    """`cover` may be chosen by whoever curates; null is the newest photo again."""
    member = room_for(asker(request), room)
    actions.edit(member, **body.changes())
    return readings.room_of(member)


@router.delete("/rooms/{slug:room}", response={204: None})
def delete_room(request: HttpRequest, room: str) -> Status[None]:
    actions.delete(room_for(asker(request), room, Right.MANAGE))
    return Status(204, None)

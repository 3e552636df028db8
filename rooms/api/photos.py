import uuid
from typing import Annotated

from django.http import HttpRequest
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile

from rooms import readings
from rooms.access import Right, photo_for, room_for
from rooms.actions import photos as actions
from rooms.shapes import PhotoOut, PhotoPage
from salon.auth import asker
from salon.fields import Text

router = Router(tags=["photos"])

Limit = Annotated[int, Query(ge=1, le=readings.LARGEST_PAGE)]


class PhotoWords(Schema):
    caption: Text = ""
    alt: Text = ""


class PhotoEdit(Schema):
    caption: Text | None = None
    alt: Text | None = None


@router.get("/rooms/{slug:room}/photos", response=PhotoPage)
def list_photos(request: HttpRequest, room: str, before: uuid.UUID | None = None, limit: Limit = readings.PAGE) -> PhotoPage:
    return readings.photos_of(room_for(asker(request), room), before, limit)


@router.post("/rooms/{slug:room}/photos", response={201: PhotoOut, 200: PhotoOut})
def add_photo(request: HttpRequest, room: str, file: File[UploadedFile], words: Form[PhotoWords]) -> Status[PhotoOut]:
    member = room_for(asker(request), room, Right.UPLOAD)
    photo, added = actions.add(member, file, caption=words.caption, alt=words.alt)
    return Status(201 if added else 200, PhotoOut.of(photo, member.room))


@router.get("/rooms/{slug:room}/photos/{photo}", response=PhotoOut)
def get_photo(request: HttpRequest, room: str, photo: uuid.UUID) -> PhotoOut:
    member = room_for(asker(request), room)
    return PhotoOut.of(photo_for(member, photo), member.room)


@router.patch("/rooms/{slug:room}/photos/{photo}", response=PhotoOut)
def edit_photo(request: HttpRequest, room: str, photo: uuid.UUID, body: PhotoEdit) -> PhotoOut:
    member = room_for(asker(request), room)
    changed = actions.edit(member, photo_for(member, photo), caption=body.caption, alt=body.alt)
    return PhotoOut.of(changed, member.room)


@router.delete("/rooms/{slug:room}/photos/{photo}", response={204: None})
def remove_photo(request: HttpRequest, room: str, photo: uuid.UUID) -> Status[None]:
    member = room_for(asker(request), room)
    actions.remove(member, photo_for(member, photo))
    return Status(204, None)


@router.post("/rooms/{slug:room}/photos/{photo}/restore", response=PhotoOut)
def restore_photo(request: HttpRequest, room: str, photo: uuid.UUID) -> PhotoOut:
    member = room_for(asker(request), room)
    restored = actions.restore(member, photo_for(member, photo, removed=True))
    return PhotoOut.of(restored, member.room)

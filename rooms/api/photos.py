import uuid
from datetime import datetime
from typing import Annotated, BinaryIO, cast

from django.http import HttpRequest
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from pydantic import Field

from rooms import readings
from rooms.access import Right, edition_policy, photo_for, room_for
from rooms.actions import photos as actions
from rooms.actions.admission import Arrival, admit
from rooms.actions.edits import PhotoChanges
from rooms.shapes.photos import DetailsOut, PhotoOut, PhotoPage
from rooms.talk import photo_out, photos_out
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
    taken_at: datetime | None = None

    def changes(self) -> PhotoChanges:
        """What was said; null says something only of the date."""
        said = self.dict(exclude_unset=True)
        return cast("PhotoChanges", {name: value for name, value in said.items() if value is not None or name == "taken_at"})


@router.get("/rooms/{slug:room}/photos", response=PhotoPage)
def list_photos(request: HttpRequest, room: str, before: uuid.UUID | None = None, limit: Limit = readings.PAGE) -> PhotoPage:
    return readings.photos_of(room_for(asker(request), room), before, limit)


@router.post("/rooms/{slug:room}/photos", response={201: PhotoOut, 200: PhotoOut})
def add_photo(request: HttpRequest, room: str, file: File[UploadedFile], words: Form[PhotoWords]) -> Status[PhotoOut]:
    member = room_for(asker(request), room, Right.UPLOAD)
    said = (file.name or "", file.content_type or "", words.caption, words.alt)
    photo, added = admit(member, Arrival(cast("BinaryIO", file.file), file.size or 0, *said))
    return Status(201 if added else 200, photo_out(photo, member))


class Known(Schema):
    sha256: str
    photo: PhotoOut


class KnownList(Schema):
    items: list[Known]
    next: None = None


class Hashes(Schema):
    sha256: Annotated[list[Annotated[str, Field(pattern="^[0-9a-f]{64}$")]], Field(max_length=readings.LARGEST_PAGE)]


@router.post("/rooms/{slug:room}/photos/known", response=KnownList)
def known_photos(request: HttpRequest, room: str, body: Hashes) -> KnownList:
    """Which of these files the room has already, so that they need not be sent."""
    member = room_for(asker(request), room, Right.UPLOAD)
    found = list(readings.photos_by_hash(member, body.sha256))
    shown = zip(found, photos_out(found, member), strict=True)
    return KnownList(items=[Known(sha256=photo.sha256, photo=out) for photo, out in shown])


@router.get("/rooms/{slug:room}/photos/{photo}/details", response=DetailsOut)
def get_details(request: HttpRequest, room: str, photo: uuid.UUID) -> DetailsOut:
    member = room_for(asker(request), room)
    found = photo_for(member, photo)
    return DetailsOut.of(found, edition_policy(member, found))


@router.get("/rooms/{slug:room}/photos/{photo}", response=PhotoOut)
def get_photo(request: HttpRequest, room: str, photo: uuid.UUID) -> PhotoOut:
    member = room_for(asker(request), room)
    return photo_out(photo_for(member, photo), member)


@router.patch("/rooms/{slug:room}/photos/{photo}", response=PhotoOut)
def edit_photo(request: HttpRequest, room: str, photo: uuid.UUID, body: PhotoEdit) -> PhotoOut:
    """`taken_at` with a zone is that moment; without one, that time on the clock of the place. null: nobody knows."""
    member = room_for(asker(request), room)
    changed = actions.edit(member, photo_for(member, photo), **body.changes())
    return photo_out(changed, member)


@router.delete("/rooms/{slug:room}/photos/{photo}", response={204: None})
def remove_photo(request: HttpRequest, room: str, photo: uuid.UUID) -> Status[None]:
    member = room_for(asker(request), room)
    actions.remove(member, photo_for(member, photo))
    return Status(204, None)


@router.post("/rooms/{slug:room}/photos/{photo}/restore", response=PhotoOut)
def restore_photo(request: HttpRequest, room: str, photo: uuid.UUID) -> PhotoOut:
    member = room_for(asker(request), room)
    restored = actions.restore(member, photo_for(member, photo, removed=True))
    return photo_out(restored, member)

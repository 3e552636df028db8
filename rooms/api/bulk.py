"""Many photos at once: all or nothing."""

import uuid
from datetime import datetime, timedelta
from typing import Annotated, Self

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field, model_validator

from rooms.access import room_for
from rooms.actions import bulk as actions
from rooms.actions.edits import PhotoChanges
from rooms.shapes.photos import PhotoPage
from rooms.talk import photos_out
from salon.auth import asker
from salon.fields import Text

router = Router(tags=["photos"])

MOST = 500
CENTURIES = 2 * 100 * 366 * 24 * 60  # minutes


class Chosen(Schema):
    ids: Annotated[list[uuid.UUID], Field(max_length=MOST)]


class ManyEdit(Chosen):
    caption: Text | None = None
    taken_at: datetime | None = None
    shift_minutes: Annotated[int, Field(ge=-CENTURIES, le=CENTURIES)] | None = None

    @model_validator(mode="after")
    def only_one_way(self) -> Self:
        if self.shift_minutes is not None and "taken_at" in self.model_fields_set:
            raise ValueError("taken_at and shift_minutes cannot both be given")
        return self

    def changes(self) -> PhotoChanges:
        changes: PhotoChanges = {}
        if self.caption is not None:
            changes["caption"] = self.caption
        if "taken_at" in self.model_fields_set:
            changes["taken_at"] = self.taken_at
        if self.shift_minutes is not None:
            changes["shift"] = timedelta(minutes=self.shift_minutes)
        return changes


@router.post("/rooms/{slug:room}/photos/remove", response={204: None})
def remove_photos(request: HttpRequest, room: str, body: Chosen) -> Status[None]:
    actions.remove_many(room_for(asker(request), room), body.ids)
    return Status(204, None)


@router.post("/rooms/{slug:room}/photos/restore-many", response=PhotoPage)
def restore_photos(request: HttpRequest, room: str, body: Chosen) -> PhotoPage:
    """Undo the removal of these."""
    member = room_for(asker(request), room)
    return PhotoPage(items=photos_out(actions.restore_many(member, body.ids), member), next=None)


@router.post("/rooms/{slug:room}/photos/edit-many", response=PhotoPage)
def edit_photos(request: HttpRequest, room: str, body: ManyEdit) -> PhotoPage:
    """`taken_at` as for one photo; `shift_minutes` corrects a camera's clock, and is nothing to photos without a date."""
    member = room_for(asker(request), room)
    return PhotoPage(items=photos_out(actions.edit_many(member, body.ids, **body.changes()), member), next=None)

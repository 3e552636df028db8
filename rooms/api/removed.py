"""Removed photos, until they are gone for good."""

import uuid
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Status

from rooms import readings
from rooms.access import photo_for, room_for
from rooms.actions import photos as actions
from rooms.shapes.photos import RemovedPage
from salon.auth import asker

router = Router(tags=["photos"])

Limit = Annotated[int, Query(ge=1, le=readings.LARGEST_PAGE)]


@router.get("/rooms/{slug:room}/removed", response=RemovedPage)
def list_removed(request: HttpRequest, room: str, before: uuid.UUID | None = None, limit: Limit = readings.PAGE) -> RemovedPage:
    """Those that I may bring back."""
    return readings.removed_of(room_for(asker(request), room), before, limit)


@router.delete("/rooms/{slug:room}/removed/{photo}", response={204: None})
def purge_photo(request: HttpRequest, room: str, photo: uuid.UUID) -> Status[None]:
    """Let a removed photo go for good, at once."""
    member = room_for(asker(request), room)
    actions.purge(member, photo_for(member, photo, removed=True))
    return Status(204, None)

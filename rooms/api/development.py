import uuid

from django.http import HttpRequest
from ninja import Router

from rooms.access import photo_for, room_for
from rooms.actions.retry import retry
from rooms.shapes.photos import PhotoOut
from rooms.talk import photo_out
from salon.auth import asker

router = Router(tags=["photos"])


@router.post("/rooms/{slug:room}/photos/{photo}/retry", response=PhotoOut)
def retry_photo(request: HttpRequest, room: str, photo: uuid.UUID) -> PhotoOut:
    """Try a failed photo again."""
    member = room_for(asker(request), room)
    return photo_out(retry(member, photo_for(member, photo)), member)

from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from rooms.access import room_for
from rooms.actions import reading as actions
from rooms.journal import LARGEST_SEQ
from salon.auth import asker

router = Router(tags=["rooms"])


class Seen(Schema):
    seq: Annotated[int, Field(ge=0, le=LARGEST_SEQ)]


@router.put("/rooms/{slug:room}/read", response={204: None})
def read_room(request: HttpRequest, room: str, body: Seen) -> Status[None]:
    """I have seen this room up to this event, on whatever device. My others hear of it."""
    actions.read(room_for(asker(request), room), body.seq)
    return Status(204, None)

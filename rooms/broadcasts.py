"""The only file that sends to a room's group.

A channel layer delivers at most once, so what is sent here is a doorbell that happens to carry the text. The journal is the
truth: whoever misses a message reads it there. That is why a failure to send is logged and goes no further; the change it
tells of is committed already.
"""

import asyncio
import json
import logging
import uuid
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from rooms.models import Event
from rooms.shapes import EventOut

PATIENCE_SECONDS = 2  # a layer that hangs must not hold up the answer to a change that is committed already
logger = logging.getLogger(__name__)


def group(room_id: uuid.UUID) -> str:
    return f"room.{room_id.hex}"


def text_of(event: Event) -> str:
    """The event as JSON, made once for everybody."""
    return json.dumps(EventOut.of(event).model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))


def tell(event: Event) -> None:
    """An event was committed."""
    send(event.room_id, {"type": "room.event", "seq": event.seq, "text": text_of(event)})


def end_membership(room_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """This person is no longer a member: their sockets close."""
    send(room_id, {"type": "room.end", "user": str(user_id)})


def end_room(room_id: uuid.UUID) -> None:
    """The room is gone: every socket closes."""
    send(room_id, {"type": "room.end", "user": None})


async def send_in_time(name: str, message: dict[str, Any]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await get_channel_layer().group_send(name, message)


def send(room_id: uuid.UUID, message: dict[str, Any]) -> None:
    try:
        async_to_sync(send_in_time)(group(room_id), message)
    except Exception as error:
        logger.warning("The channel layer did not take a message for room %s (%r); members read it in the journal", room_id, error)

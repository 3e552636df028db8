"""The only file that sends to groups of the channel layer.

A channel layer delivers at most once, so what is sent here is a doorbell that happens to carry the text. The journal is the
truth about events, the memberships and sessions are the truth about who may hear them: whoever misses a message finds out
there. That is why a failure to send is logged and goes no further; the change it tells of is committed already.
"""

import asyncio
import json
import logging
import time
import uuid
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from rooms.models import Event
from salon.moments import iso

PATIENCE_SECONDS = 2  # a layer that hangs must not hold up the answer to a change that is committed already
EVERYBODY = "hubs"  # the group of all processes that hold sockets
logger = logging.getLogger(__name__)


def group(room_id: uuid.UUID) -> str:
    return f"room.{room_id.hex}"


def text_of(event: Event) -> str:
    """The event as JSON, made once for everybody: what `EventOut` would make, four times as fast (who was away asks for hundreds)."""
    actor = {"id": str(event.actor.id), "name": event.actor.name} if event.actor else None
    said = {"seq": event.seq, "kind": event.kind, "at": iso(event.at), "actor": actor, "data": event.data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def tell(event: Event) -> None:
    """An event was committed."""
    what = {"type": "room.event", "room": event.room_id.hex, "seq": event.seq, "text": text_of(event), "told_at": time.time()}
    send(group(event.room_id), what)


def tell_read(room_id: uuid.UUID, user_id: uuid.UUID, seq: int) -> None:
    """This person has seen the room up to this event."""
    send(group(room_id), {"type": "room.read", "room": room_id.hex, "user": user_id.hex, "seq": seq})


def doubt_room(room_id: uuid.UUID, user_id: uuid.UUID | None = None) -> None:
    """Whether the sockets in this room (of this person) may stay open, or what they may do, has changed: ask again."""
    send(group(room_id), {"type": "room.doubt", "room": room_id.hex, "user": user_id.hex if user_id else None})


def doubt_person(user_id: uuid.UUID) -> None:
    """Whether this person's sockets may stay open, wherever they are, has changed: ask again."""
    send(EVERYBODY, {"type": "person.doubt", "user": user_id.hex})


def send(name: str, message: dict[str, Any]) -> None:
    for _ in range(2):
        try:
            return async_to_sync(send_in_time)(name, message)
        except asyncio.CancelledError:
            continue  # whoever asked for the change has hung up; the change stands, and those it concerns must hear of it
        except Exception as error:
            return logger.warning("The channel layer did not take a %s for %s (%r)", message["type"], name, error)


async def send_in_time(name: str, message: dict[str, Any]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await get_channel_layer().group_send(name, message)

"""One open socket: admits the person, takes their frames, and leaves what they hear to the hub."""

import logging
import time
from collections.abc import Awaitable
from typing import Any
from urllib.parse import parse_qs

from django.contrib.auth.models import AnonymousUser

from accounts.credential import Credential, holders
from rooms import access
from rooms.live import client_frames
from rooms.live.client_frames import BadFrameError, Here, Uploads
from rooms.live.closing import BAD_FRAME, NOT_FOUND, NOT_SIGNED_IN, TOO_MANY, UNAVAILABLE, Closing
from rooms.live.hub import the_hub
from rooms.live.line import Line, Send, line_to
from rooms.live.presence import UPLOADS_SECONDS
from rooms.live.reading import in_thread
from rooms.live.seat import Seat
from rooms.models import Membership
from rooms.screens import key_in
from salon import measures
from salon.errors import NotFoundError

logger = logging.getLogger(__name__)

PROTOCOL = "salon.v1"


class RefusedError(Exception):
    def __init__(self, closing: Closing) -> None:
        super().__init__(closing.reason)
        self.closing = closing


class RoomConsumer:
    """An ASGI application of its own rather than one of Channels' consumers, which would start three tasks for each socket and
    go to a thread and back for each frame."""

    __slots__ = ("hub", "receive", "scope", "send")

    def __init__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.hub = the_hub()

    async def run(self) -> None:
        seat = await self.seat()
        if seat is None:
            return
        measures.SOCKETS.inc()
        try:
            await self.hub.enter(seat, self.after())
            while (message := await self.receive())["type"] == "websocket.receive":
                if not seat.over:
                    self.hear(seat, message.get("text"))
        except Exception as error:
            logger.warning("A socket in room %s had to be closed (%r)", seat.room_id, error)
            self.hub.dismiss(seat, UNAVAILABLE)
        finally:
            measures.SOCKETS.dec()
            self.hub.leave(seat)

    async def seat(self) -> Seat | None:
        """Shake hands, and give a seat to whoever may have one."""
        credential, doubts = Credential.of(self.scope), self.hub.doubts
        await self.receive()
        # Accepted first: a browser cannot see why a handshake was refused, but it can read a close code.
        await self.send({"type": "websocket.accept", "subprotocol": PROTOCOL if PROTOCOL in self.scope["subprotocols"] else None})
        line = line_to(self.scope, self.send)
        try:
            seat: Seat = await in_thread(self.admit)(credential, line, doubts)
        except RefusedError as refusal:
            await line.close(refusal.closing)
        except Exception as error:
            logger.warning("A socket could not be admitted (%r)", error)
            await line.close(UNAVAILABLE)
        else:
            return seat
        return None

    def admit(self, credential: Credential, line: Line, doubts: int) -> Seat:
        """A seat for whoever this credential lets in. Raises RefusedError."""
        return Seat.of(admit(credential, self.slug), credential, line, doubts)

    @property
    def slug(self) -> str:
        slug: str = self.scope["url_route"]["kwargs"]["slug"]
        return slug

    def after(self) -> int | None:
        text = parse_qs(self.scope["query_string"].decode("latin-1")).get("after", [""])[0]
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def hear(self, seat: Seat, text: str | None) -> None:
        if not seat.spend():
            return self.hub.dismiss(seat, TOO_MANY)
        try:
            said = client_frames.read(text)
        except BadFrameError:
            return self.hub.dismiss(seat, BAD_FRAME)
        return self.take(seat, said)

    def take(self, seat: Seat, said: Here | Uploads) -> None:
        match said:
            case Here(looking=looking):
                if seat.looking != looking:
                    seat.looking = looking
                    self.hub.gathering_of(seat).presence.changed()
            case Uploads(uploads=uploads):
                seat.uploads = [upload.model_dump() for upload in uploads]
                seat.uploads_at = time.monotonic()
                self.hub.gathering_of(seat).presence.changed(UPLOADS_SECONDS)


def admit(credential: Credential, slug: str) -> Membership:
    """The membership that lets this credential in. Raises RefusedError."""
    user = holders([credential], note_use=True).get(credential)
    if user is None:
        raise RefusedError(NOT_SIGNED_IN)
    try:
        return access.room_for(user, slug)
    except NotFoundError:
        raise RefusedError(NOT_FOUND) from None


def room_socket(scope: dict[str, Any], receive: Any, send: Send) -> Awaitable[None]:
    return RoomConsumer(scope, receive, send).run()


class WallConsumer(RoomConsumer):
    """A socket for a wall, opened by a member or by a screen."""

    __slots__ = ("key",)

    def __init__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        super().__init__(scope, receive, send)
        self.key = key_in(dict(scope["headers"]))  # now: the server lets go of the headers after the handshake

    def admit(self, credential: Credential, line: Line, doubts: int) -> Seat:
        user = holders([credential], note_use=True).get(credential)
        try:
            viewer = access.viewer_for(user or AnonymousUser(), self.key, self.slug)
        except NotFoundError:
            raise RefusedError(NOT_FOUND if user else NOT_SIGNED_IN) from None
        return Seat.on_a_wall(viewer, credential, line, doubts)

    def take(self, seat: Seat, said: Here | Uploads) -> None:
        if not isinstance(said, Here):
            self.hub.dismiss(seat, BAD_FRAME)


def wall_socket(scope: dict[str, Any], receive: Any, send: Send) -> Awaitable[None]:
    return WallConsumer(scope, receive, send).run()

"""The way out to one socket: frames in order, and never more of them waiting than BOUND.

A peer that reads more slowly than its room talks is not fed from memory without end. `put` says no, the socket is closed, and
the client comes back for the rest with the number of the last event it has.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

from rooms.live.closing import Closing
from rooms.live.frames import Frame, frame

BOUND = 1_048_576  # bytes waiting in this process for one socket, beside what the transport holds (64 KiB)
LAST_WORDS_SECONDS = 5
DRAIN_SECONDS = 30

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Writer(Protocol):
    """What the ASGI extension `salon.direct` offers; see `salon/direct.py`."""

    full: bool
    when_drained: Callable[[], None] | None

    def write(self, frames: bytes) -> None: ...


class Line:
    """What both ways have in common: frames that wait for the peer."""

    __slots__ = ("bytes", "empty", "send", "waiting")

    def __init__(self, send: Send) -> None:
        self.send = send
        self.waiting: list[Frame] = []  # an empty list is a tenth of an empty deque, and there is one for each socket
        self.bytes = 0
        self.empty: asyncio.Future[None] | None = None

    def put(self, message: Frame) -> bool:
        """Send this after everything before it; False when too much waits already."""
        raise NotImplementedError

    def hold(self, message: Frame) -> bool:
        if self.bytes + len(message) > BOUND:
            return False
        self.waiting.append(message)
        self.bytes += len(message)
        return True

    def next(self) -> Frame:
        message = self.waiting.pop(0)
        self.bytes -= len(message)
        if not self.waiting:
            self.tell_drained()
        return message

    def drop(self) -> None:
        self.waiting.clear()
        self.bytes = 0
        self.tell_drained()

    def tell_drained(self) -> None:
        if self.empty is not None and not self.empty.done():
            self.empty.set_result(None)
        self.empty = None

    async def drained(self) -> bool:
        """Wait until the peer has taken what waits for it; False when it takes too long."""
        if self.waiting:
            self.empty = asyncio.get_running_loop().create_future()
            await asyncio.wait([self.empty], timeout=DRAIN_SECONDS)
        return not self.waiting

    async def close(self, closing: Closing) -> None:
        """Say why, and close. What still waits comes again from the journal, if the client may come again at all."""
        self.drop()
        with suppress(Exception):  # the peer may be gone or deaf; then there is nobody to tell
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await self.send({"type": "websocket.send", "text": frame("bye", reason=closing.reason).text})
                await self.send({"type": "websocket.close", "code": closing.code, "reason": closing.reason})


class DirectLine(Line):
    """Frames go to the transport ready-made."""

    __slots__ = ("writer",)

    def __init__(self, send: Send, writer: Writer) -> None:
        super().__init__(send)
        self.writer = writer
        writer.when_drained = self.go_on

    def put(self, message: Frame) -> bool:
        if self.waiting or self.writer.full:
            return self.hold(message)
        self.writer.write(message.wire)
        return True

    def go_on(self) -> None:
        while self.waiting and not self.writer.full:
            self.writer.write(self.next().wire)


class PlainLine(Line):
    """Frames go through ASGI's `send`, one after another; a server that waits for its peer makes the next ones wait here."""

    __slots__ = ("sending",)

    def __init__(self, send: Send) -> None:
        super().__init__(send)
        self.sending: asyncio.Task[None] | None = None

    def put(self, message: Frame) -> bool:
        if not self.hold(message):
            return False
        if self.sending is None:
            self.sending = asyncio.create_task(self.send_waiting())
        return True

    async def send_waiting(self) -> None:
        try:
            while self.waiting:
                await self.send({"type": "websocket.send", "text": self.next().text})
        except Exception:
            self.drop()  # the peer is gone; its consumer hears of it by `receive`
        finally:
            self.sending = None

    async def close(self, closing: Closing) -> None:
        if self.sending is not None:
            self.sending.cancel()
        await super().close(closing)


def line_to(scope: dict[str, Any], send: Send) -> Line:
    """The best line this socket's server offers."""
    direct = scope.get("extensions", {}).get("salon.direct")
    return DirectLine(send, direct["writer"]) if direct else PlainLine(send)

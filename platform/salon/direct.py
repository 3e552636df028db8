"""The seam between a room's sockets and Daphne: an ASGI extension that puts ready-made frames straight on the wire.

ASGI's own `send` costs a coroutine, a dictionary and a new frame for every socket an event goes to. The extension
`salon.direct` in a socket's scope holds a `writer` (`DirectWriter`) that takes bytes which are whole WebSocket frames
already, so that one event is framed once for everybody. Where the extension is missing (another ASGI server, TLS ended in
this process) the same frames go through `send`.

What this relies on beyond public interfaces is the state of autobahn's protocol and Twisted's names for its socket and for bytes that wait;
`tests/test_direct.py` fails when one of them changes. Frames are laid out as RFC 6455, section 5.2, says.
"""

import asyncio
import errno
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.interfaces import IPushProducer
from twisted.internet.tcp import Connection
from zope.interface import implementer

EXTENSION = "salon.direct"
OPEN = WebSocketProtocol.STATE_OPEN
FULL = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS)
SERVICE_RESTART = 1012
UNREAD_FRAMES = 64  # that one client may have sent and the application not yet taken


@implementer(IPushProducer)
class DirectWriter:
    """Writes to one socket. `full` says that the peer reads too slowly; `when_drained` is called when it has caught up."""

    __slots__ = ("full", "protocol", "transport", "when_drained")

    def __init__(self, protocol: WebSocketProtocol) -> None:
        self.protocol = protocol
        self.transport = protocol.transport
        self.full = False
        self.when_drained: Callable[[], None] | None = None
        # In the place of Twisted's HTTP channel, which a WebSocket no longer needs and which would stop reading, too.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)

    def write(self, frames: bytes) -> None:
        """Put these bytes on the wire at once, or behind those that wait already."""
        if self.protocol.state != OPEN:
            return
        transport = self.transport
        if waits_to_write(transport):
            transport.write(frames)
            return
        try:
            sent = transport.socket.send(frames)
        except OSError as error:
            if error.errno not in FULL:
                return  # the line is gone; Twisted hears of it by reading
            sent = 0
        if sent < len(frames):
            transport.write(frames[sent:])

    def pauseProducing(self) -> None:  # noqa: N802
        self.full = True

    def resumeProducing(self) -> None:  # noqa: N802
        self.full = False
        if self.transport.disconnecting:
            # Twisted closes a line only when it has written all or has no producer, and looks only after a write.
            self.transport.unregisterProducer()
        elif self.when_drained is not None:
            self.when_drained()

    def stopProducing(self) -> None:  # noqa: N802
        self.full = True
        self.when_drained = None


def waits_to_write(transport: Any) -> bool:
    return bool(transport._tempDataLen or transport.dataBuffer)


class Inbox:
    """What a client has sent and the application has not taken. asyncio.Queue is twelve times as large, and each socket has one."""

    __slots__ = ("messages", "waiter")

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.waiter: asyncio.Future[None] | None = None

    def put_nowait(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    async def get(self) -> dict[str, Any]:
        while not self.messages:
            self.waiter = asyncio.get_running_loop().create_future()
            await self.waiter
        return self.messages.pop(0)


class BoundedSocket(WebSocketProtocol):
    """Daphne queues what a client sends without end while the application is busy. This one drops what is more than anybody may say."""

    application_queue: Inbox

    def onOpen(self) -> None:  # noqa: N802
        super().onOpen()
        # Five kilobytes that only the handshake needed, and a queue that nobody fills, for as many hours as the socket is open.
        self.clean_headers.clear()
        self.http_headers.clear()
        self.http_request_data = self.http_response_data = None
        self.send_queue = ()  # for sending in pieces, which Daphne does not
        if self.server.stopping:
            self.send_away()

    def send_away(self) -> None:
        """Ask the peer to come back, which will be to another process or to the next one."""
        with suppress(Exception):  # one that is gone, or not there yet, must not keep the others from being told
            self.sendCloseFrame(code=SERVICE_RESTART, reasonUtf8=b"restarting")

    def is_to_be_told(self) -> bool:
        return self.state == WebSocketProtocol.STATE_CONNECTING or waits_to_write(self.transport)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803
        if len(self.application_queue.messages) < UNREAD_FRAMES:
            super().onMessage(payload, isBinary)


def extension(protocol: Any) -> dict[str, Any]:
    """What a socket's scope gets under `extensions`: empty where the seam cannot be offered."""
    if isinstance(protocol, WebSocketProtocol) and isinstance(protocol.transport, Connection):
        return {EXTENSION: {"writer": DirectWriter(protocol)}}
    return {}

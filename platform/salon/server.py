"""Daphne, started from our own process, with the task worker beside it.

What differs from Daphne's own: bodies and frames are bounded, bodies are not parsed on the event loop, frames may go straight to
the wire (`direct.py`), and stopping is orderly.
"""

import asyncio
import json
import logging
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

from autobahn.exception import Disconnected
from daphne.endpoints import build_endpoint_description_strings
from daphne.http_protocol import HTTPFactory
from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol
from django.conf import settings
from twisted.internet import defer, reactor

from salon import measures
from salon.body import Body
from salon.closing import close_at_once
from salon.direct import BoundedSocket, Inbox, extension
from salon.pace import PacedRequest
from salon.worker import TaskWorker

logger = logging.getLogger(__name__)

GRACE_SECONDS = 7  # for requests and the task in hand when the server stops; with what follows it stays under ten
READING_SECONDS = 0.1  # for a request whose line was accepted as the server was asked to stop
CLOSING_SECONDS = 5  # a slow reader should still read why it is closed
FINISHING_SECONDS = 120  # for a view whose client has gone; cancelling it would lose its database connection (see receiving.py)
LARGEST_FRAME = 65_536  # bytes a client may send at once; beyond it the line is closed with 1009 before the frame is read
PATIENCE = 0.75  # of the time between two pings: how long an answer may take
RECEIVED_AT_ONCE = 256 * 1024  # bytes of a body that are handed on as one message; with Daphne's 8 KiB a large upload is mostly messages
BODY_SLACK = 1_000_000  # what a form may hold beside its file
TOO_LARGE = {"error": {"code": "too_large", "message": "That request is larger than Salon accepts."}}


class BoundedRequest(PacedRequest):
    """A request whose body is dropped, not kept, beyond what Salon accepts.

    Twisted would also parse every posted form by itself, in memory and on the event loop, before anybody asked who sent it:
    20 MB of newlines stopped all sockets for eight seconds. Django parses again anyway.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, parsePOSTFormSubmission=False, **options)
        self.limit = settings.MAX_UPLOAD_BYTES + BODY_SLACK
        self.received = 0

    def gotLength(self, length: int | None) -> None:  # noqa: N802
        super().gotLength(None if length is not None and length > self.limit else length)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        self.received += len(data)
        if self.received <= self.limit:
            super().handleContentChunk(data)

    def process(self) -> Any:
        return self.refuse() if self.received > self.limit else super().process()

    def refuse(self) -> None:
        self.setResponseCode(413)
        self.setHeader(b"content-type", b"application/json")
        self.write(json.dumps(TOO_LARGE).encode())
        self.finish()
        self.server.protocol_disconnected(self)


class SalonServer(Server):
    """Listens, says where, and winds down when it is asked to stop."""

    def __init__(self, *, host: str, port: int, worker: TaskWorker | None, announce: Callable[[int], None]) -> None:
        from salon.asgi import application  # loads the apps

        super().__init__(
            application,
            endpoints=build_endpoint_description_strings(host=host, port=port),
            server_name="salon",
            request_buffer_size=RECEIVED_AT_ONCE,
            ping_interval=settings.ENV.ping_seconds,
            ping_timeout=settings.ENV.ping_seconds * PATIENCE,
            application_close_timeout=FINISHING_SECONDS,
            websocket_timeout=-1,  # Daphne would close every socket after a day
            websocket_max_message_size=LARGEST_FRAME,
            websocket_max_frame_size=LARGEST_FRAME,
        )
        self.worker = worker
        self.announce = announce
        self.ready_callable = self.start
        self.ports: list[Any] = []
        self.stopping = False
        self.failure: str | None = None

    def run(self) -> None:
        super().run()
        if self.failure is None:
            # A request or task that did not finish in time may wait for ever for the loop that has stopped, and Python waits
            # for its thread. All that was answered is committed, so there is nothing to wait for.
            logging.shutdown()
            os._exit(0)

    def start(self) -> None:
        measures.watch_loop(asyncio.get_event_loop())
        self.http_factory.buildProtocol = self.build_protocol
        self.ws_factory.protocol = BoundedSocket
        self.ws_factory.closeHandshakeTimeout = CLOSING_SECONDS
        self.ws_factory.failByDrop = False  # say why (1007, 1009) before hanging up
        if self.worker is not None:
            asyncio.get_event_loop().create_task(self.worker.run())

    def build_protocol(self, address: Any) -> Any:
        protocol = HTTPFactory.buildProtocol(self.http_factory, address)
        protocol.requestFactory = BoundedRequest
        return protocol

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        self.ports.append(port)
        reactor.callWhenRunning(self.announce, port.getHost().port)  # when a signal already stops it cleanly

    def listen_error(self, failure: Any) -> None:
        self.failure = failure.getErrorMessage()
        self.stop()

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Daphne's, with bodies left where they are, and for sockets with a smaller queue and the seam."""
        scope["asgi"] = {"version": "3.0"}
        inbox: Inbox | Body
        if isinstance(protocol, WebSocketProtocol):
            inbox = Inbox()
            scope["extensions"] = extension(protocol)
        else:
            inbox = Body(protocol.content, RECEIVED_AT_ONCE)
        application = self.application(scope=scope, receive=inbox.get, send=partial(self.handle_reply, protocol))
        self.connections[protocol]["application_instance"] = asyncio.ensure_future(application)
        return inbox

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        # Between a client's going and the news of it there is always a moment; what is sent in it has nowhere to go.
        with suppress(Disconnected):
            await super().handle_reply(protocol, message)
        if message.get("more_body"):
            await protocol.caught_up()

    def kill_all_applications(self) -> "defer.Deferred[Any]":
        """Daphne's name for what happens before the reactor stops; the reactor waits for it."""
        return defer.Deferred.fromFuture(asyncio.ensure_future(self.wind_down()))

    async def wind_down(self) -> None:
        """Take nobody in, send the sockets elsewhere, finish requests and the task in hand, within GRACE_SECONDS."""
        for port in self.ports:
            close_at_once(port)
        self.stopping = True
        for socket in self.sockets():
            socket.send_away()
        await within_grace([self.last_answers(), *([self.worker.stop()] if self.worker is not None else [])])

    async def last_answers(self) -> None:
        """What was accepted a moment ago is read meanwhile, so the requests are counted after the farewells."""
        await asyncio.sleep(READING_SECONDS)
        await self.farewells()
        requests = [details for protocol, details in self.connections.items() if not isinstance(protocol, WebSocketProtocol)]
        answers = [details["application_instance"] for details in requests if "application_instance" in details]
        if answers:
            await asyncio.wait(answers)

    def sockets(self) -> list[BoundedSocket]:
        return [protocol for protocol in self.connections if isinstance(protocol, BoundedSocket)]

    async def farewells(self) -> None:
        """Until every socket, those still shaking hands too, has been told, or a second has shown that some will not be."""
        end = time.monotonic() + 1
        while any(socket.is_to_be_told() for socket in self.sockets()) and time.monotonic() < end:
            await asyncio.sleep(0.02)


async def within_grace(work: list[Awaitable[Any]]) -> None:
    if work:
        _, late = await asyncio.wait([asyncio.ensure_future(piece) for piece in work], timeout=GRACE_SECONDS)
        if late:
            logger.warning("Stopped with %d pieces of work unfinished; tasks are taken up again at the next start", len(late))

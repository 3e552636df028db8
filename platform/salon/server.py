"""Daphne, started from our own process, with the task worker beside it."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from autobahn.exception import Disconnected
from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from twisted.internet import defer, reactor

from salon.worker import EmbeddedWorker

logger = logging.getLogger(__name__)

GRACE_SECONDS = 8  # for the task in hand when the server stops; one that needs longer is taken up at the next start


class SalonServer(Server):
    """Listens, says where, and stops its worker before it stops itself."""

    def __init__(self, *, host: str, port: int, worker: EmbeddedWorker | None, announce: Callable[[int], None], **options: Any) -> None:
        from salon.asgi import application  # loads the apps

        super().__init__(application, endpoints=build_endpoint_description_strings(host=host, port=port), server_name="salon", **options)
        self.worker = worker
        self.announce = announce
        self.ready_callable = self.start_worker
        self.failure: str | None = None

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        reactor.callWhenRunning(self.announce, port.getHost().port)  # when a signal already stops it cleanly

    def listen_error(self, failure: Any) -> None:
        self.failure = failure.getErrorMessage()
        self.stop()

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        # Between a client's going and the news of it there is always a moment; what is sent in it has nowhere to go.
        with suppress(Disconnected):
            await super().handle_reply(protocol, message)

    def start_worker(self) -> None:
        if self.worker is not None:
            asyncio.get_event_loop().create_task(self.worker.run())
            reactor.addSystemEventTrigger("before", "shutdown", self.stop_worker)  # type: ignore[arg-type]  # twisted types it wrongly

    def stop_worker(self) -> "defer.Deferred[Any]":
        # The reactor waits for this, so that the worker can still tell the room about the photo in its hand.
        assert self.worker is not None
        stopping = asyncio.ensure_future(asyncio.wait_for(self.worker.stop(), GRACE_SECONDS))
        return defer.Deferred.fromFuture(stopping).addErrback(
            lambda failure: logger.warning("The task in hand was left for the next start")
        )

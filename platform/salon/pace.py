"""Answers leave no faster than they are read, and one that ends too early breaks the line.

Daphne hands all that an application sends to Twisted at once: whoever downloads 10 GB over a slow line would have them in our memory.
And where an answer is shorter than its Content-Length, Twisted keeps the line open, and the client takes the next answer for the rest.
"""

import asyncio

from daphne.http_protocol import WebRequest
from twisted.internet.interfaces import IPushProducer
from twisted.web.http import NO_BODY_CODES
from zope.interface import implementer


@implementer(IPushProducer)
class Pace:
    """What the transport thinks of more bytes just now."""

    def __init__(self) -> None:
        self.may_write = asyncio.Event()
        self.may_write.set()

    def pauseProducing(self) -> None:  # noqa: N802
        self.may_write.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        self.may_write.set()

    def stopProducing(self) -> None:  # noqa: N802
        self.may_write.set()


class PacedRequest(WebRequest):
    async def caught_up(self) -> None:
        """Until the client has read what was written, but for what the sockets hold; at once when the answer is over."""
        if self.finished or self.channel is None:
            return
        if self.producer is None:
            self.registerProducer(Pace(), True)
        await self.producer.may_write.wait()

    def handle_exception(self, exception: Exception) -> None:
        """Daphne would begin another answer, which fails, and take its own housekeeping down with it."""
        if self._response_started:
            self.channel.loseConnection()
        else:
            super().handle_exception(exception)

    def finish(self) -> None:
        if self.producer is not None:
            self.unregisterProducer()
        if self.is_short():
            self.channel.persistent = False
        super().finish()

    def is_short(self) -> bool:
        promised = self.responseHeaders.getRawHeaders(b"content-length")
        bodiless = self.method == b"HEAD" or self.code in NO_BODY_CODES
        return promised is not None and not bodiless and self.sentLength < int(promised[0])

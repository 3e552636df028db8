"""What an HTTP request is spared, and what its sender is told, before Django has it.

Django cancels a view whose client hangs up. A synchronous view cannot be cancelled, though: its thread goes on, and the connection it
holds never finds its way back to the pool; a few hundred phones that change their mind took Salon away from everybody. So a view
hears of the hanging-up once it has begun to answer, which is when it matters: a download stops, and what was asked for is done. A static
file is small, and is sent to its end: servestatic, cancelled while it opens one, never closes it.

A body is received onto the disk before anybody looks at it. When there is no place for it, that is said in words.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings

from salon import errors

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


class Exchange:
    """One request and its answer."""

    def __init__(self, receive: Receive, send: Send, *, is_static: bool) -> None:
        self.receive_now, self.send_now = receive, send
        self.is_static = is_static
        self.received = False
        self.answering = asyncio.Event()

    async def receive(self) -> Message:
        message = await self.receive_now()
        if message["type"] == "http.disconnect" and self.received:
            await self.answering.wait()
        self.received = message["type"] == "http.request" and not message.get("more_body")
        return message

    async def send(self, message: Message) -> None:
        if not self.is_static:
            self.answering.set()
        await self.send_now(message)


def received_with_care(application: Application) -> Application:
    async def answer(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        exchange = Exchange(receive, send, is_static=scope["path"].startswith(settings.STATIC_URL))
        try:
            await application(scope, exchange.receive, exchange.send)
        except OSError as error:
            problem = errors.problem_of(error)
            if problem is None:
                raise
            await refuse(problem, send)

    return answer


async def refuse(problem: errors.ProblemError, send: Send) -> None:
    body = json.dumps({"error": {"code": problem.code, "message": problem.message}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

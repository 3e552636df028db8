"""A request is received onto the disk before anybody looks at it. This says so when there is no place for it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from salon import errors

Application = Callable[[dict[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


def received_with_care(application: Application) -> Application:
    async def answer(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        try:
            await application(scope, receive, send)
        except OSError as error:
            problem = errors.problem_of(error)
            if problem is None:
                raise
            body = json.dumps({"error": {"code": problem.code, "message": problem.message}}).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": problem.status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    return answer

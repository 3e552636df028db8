"""A request's body, handed on as the application asks for it.

Daphne puts all of it into memory before anybody has asked who sent it: forty strangers with 50 MB each would take two gigabytes.
"""

import asyncio
from typing import Any, BinaryIO


class Body:
    """In the place of Daphne's queue. Reads from where Twisted has received the body to, which for a large one is the disk."""

    def __init__(self, content: BinaryIO, at_once: int) -> None:
        self.content, self.at_once = content, at_once
        self.place: int | None = 0  # None when all is read
        self.gone = asyncio.Event()

    def put_nowait(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.disconnect":
            self.gone.set()

    async def get(self) -> dict[str, Any]:
        if self.place is None or self.gone.is_set() or self.content.closed:
            await self.gone.wait()
            return {"type": "http.disconnect"}
        self.content.seek(self.place)
        chunk = self.content.read(self.at_once)
        is_last = len(chunk) < self.at_once
        self.place = None if is_last else self.place + len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": not is_last}

"""A member with the room open: hears of photos over a socket, fetches each tile at once, and notes when what was there."""

import http.client
import json
import queue
import threading
import time
from types import TracebackType
from typing import Self

from websockets.exceptions import ConnectionClosed

from tests.bench.photos.served.member import Member

FETCHERS = 4  # of the six connections that a browser opens to one server


class Watcher:
    """Times are of `time.monotonic`, by the photo's identifier."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.tile: dict[str, float] = {}
        self.ready: dict[str, float] = {}
        self.failures: list[str] = []
        self.wanted: queue.SimpleQueue[tuple[str, str] | None] = queue.SimpleQueue()
        self.threads = [threading.Thread(target=self.listen), *(threading.Thread(target=self.fetch) for _ in range(FETCHERS))]

    def __enter__(self) -> Self:
        self.socket = self.member.socket()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.socket.close()
        for _ in range(FETCHERS):
            self.wanted.put(None)
        for thread in self.threads:
            thread.join()

    def listen(self) -> None:
        try:
            for text in self.socket:
                frame, now = json.loads(text), time.monotonic()
                for event in frame["events"] if frame["type"] == "events" else ():
                    self.hear(event["kind"], event["data"], now)
        except ConnectionClosed:
            return

    def hear(self, kind: str, photo: dict[str, object], now: float) -> None:
        if kind == "photo.added":
            media = photo["media"]
            assert isinstance(media, dict)
            self.wanted.put((str(photo["id"]), str(media["grid"])))
        elif kind == "photo.ready":
            self.ready[str(photo["id"])] = now
        elif kind == "photo.failed":
            self.failures.append(f"a photo failed: {photo['error']}")

    def fetch(self) -> None:
        line = self.member.line()
        while (wish := self.wanted.get()) is not None:
            photo, address = wish
            try:
                line.request("GET", address, headers=self.member.cookie)
                answer = line.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(f"a tile was not answered: {error!r}")
                line.close()
                continue
            if answer.status == 200 and content[8:12] == b"WEBP":
                self.tile[photo] = time.monotonic()
            else:
                self.failures.append(f"a tile was answered with {answer.status}")
        line.close()

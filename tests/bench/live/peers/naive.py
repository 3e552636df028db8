"""The Channels tutorial's chat server on stock Daphne, with the layer the tutorial recommends."""

import os
import socket
import subprocess
import sys
from typing import Any

from tests.bench.live import event, machine
from tests.bench.live.feed import Feed
from tests.bench.live.peers.peer import Peer
from tests.server import REPOSITORY


class Naive(Peer):
    name = "naive"
    has_rooms = True
    about = "the Channels tutorial's consumer on stock Daphne and channels_redis.core; group_send in a process of its own; nobody signs in"
    widest_window = 64  # its layer keeps 100 messages for a process and drops the others

    publisher: subprocess.Popen[bytes] | None = None

    def missing(self) -> str | None:
        return self.backing.missing()

    def prepare(self) -> None:
        self.backing.start()

    def command(self) -> list[str]:
        application = "tests.bench.live.peers.naive_app:application"
        return [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(self.port), application]

    def options(self) -> dict[str, Any]:
        return {"cwd": REPOSITORY, "env": os.environ | {"BENCH_REDIS_URL": self.backing.redis_url}}

    def open_feed(self, rooms: int) -> Feed:
        if self.publisher is not None:
            machine.stop(self.publisher)
        ours, theirs = socket.socketpair()
        with theirs:
            self.publisher = self.launch([sys.executable, "-m", "tests.bench.live.peers.naive_app"], stdin=theirs)
        self.feed = Feed(ours, encode, rooms)
        return self.feed

    def stop(self) -> None:
        if self.publisher is not None:
            machine.stop(self.publisher)
            self.publisher = None
        super().stop()

    def handshake(self, index: int, room: int) -> bytes:
        return self.request(f"/ws/chat/{room}")


def encode(room: int, number: int, stamp: int) -> bytes:
    return b"%d %s\n" % (room, event.text(number + 1, number, stamp))

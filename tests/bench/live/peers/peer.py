"""What every peer is to the benchmark."""

import subprocess
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from tests.bench.live import machine
from tests.bench.live.backing import Backing
from tests.bench.live.crowd import Crowd, Manner
from tests.bench.live.feed import Feed
from tests.services import answers, free_port, wait_until

LAST_WORDS = 300  # characters
FOLDER = Path(__file__).resolve().parent
HANDSHAKE = (
    b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: c2Fsb24tYmVuY2gtbGl2ZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n"
)


class Peer(ABC):
    """A server that hands each event to every socket in its room. It is started afresh in each round."""

    name: ClassVar[str]
    about: ClassVar[str]  # what it is, and where its publisher runs
    manner: ClassVar[Manner] = Manner()
    widest_window: ClassVar[int] = 512  # events in flight; more than its buffers hold would be lost
    has_rooms: ClassVar[bool] = False  # whether it is measured with many rooms, too

    def __init__(self, backing: Backing, cores: machine.Cores) -> None:
        self.backing = backing
        self.cores = cores
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - gone with this object
        self.port = 0
        self.process: subprocess.Popen[Any] | None = None
        self.feed: Feed | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def version(self) -> str:
        return ""

    def missing(self) -> str | None:
        """Why this peer cannot take part here, or None."""
        return None

    def prepare(self) -> None:
        """What is done once, before the first round."""
        return

    def start(self) -> None:
        self.port = free_port()
        with machine.on(self.cores.server):
            self.process = self.launch(self.command())
        wait_until(f"{self.name} listens", lambda: answers(self.port))

    def launch(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        return machine.start(command, stdout=self.log, stderr=self.log, **self.options(), **options)

    @abstractmethod
    def command(self) -> list[str]: ...

    def options(self) -> dict[str, Any]:
        return {}

    @property
    def last_words(self) -> str:
        """The end of what the server and its publisher have said."""
        self.log.seek(0)
        return self.log.read().decode(errors="replace").strip()[-LAST_WORDS:]

    def stop(self) -> None:
        if self.feed is not None:
            self.feed.close()
            self.feed = None
        if self.process is not None:
            machine.stop(self.process)
            self.process = None

    @abstractmethod
    def open_feed(self, rooms: int) -> Feed: ...

    @abstractmethod
    def handshake(self, index: int, room: int) -> bytes:
        """The request that opens the index-th socket, in this room."""

    def open(self, crowd: Crowd, count: int) -> None:
        """So many more sockets in the first room."""
        crowd.open([self.handshake(len(crowd) + index, 0) for index in range(count)])

    def prepare_rooms(self, rooms: int, each: int) -> None:
        """Make so many rooms in all, for so many sockets each."""
        return

    def open_in_rooms(self, crowd: Crowd, rooms: range, each: int) -> None:
        crowd.open([self.handshake(room * each + index, room) for room in rooms for index in range(each)])

    def request(self, path: str, headers: str = "") -> bytes:
        return HANDSHAKE % (path.encode(), self.port, headers.encode())

"""The programs that fail: a Redis of the run's own, and two servers on ports that they keep."""

import signal
import subprocess
import time
from pathlib import Path

from tests.server import Server
from tests.services import PATIENCE_SECONDS, answers, free_port, program, wait_until


class Redis:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process = self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> "subprocess.Popen[bytes]":
        options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        with (self.folder / "redis.log").open("ab") as log:
            process = subprocess.Popen([program("redis-server"), "--port", str(self.port), *options], stdout=log, stderr=log)
        wait_until("Redis answers", lambda: answers(self.port) or process.poll() is not None)
        return process

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)

    def restart(self) -> None:
        self.process = self.start()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


class Place:
    """Where a server runs: one after another on the same port."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.port = free_port()
        self.server: Server | None = None
        self.outputs: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.server = Server("--port", str(self.port))

    def kill(self) -> None:
        if self.server is not None:
            self.server.process.kill()
        self.stop()

    def stop(self) -> tuple[int, float]:
        """End it the way an operator does: its exit code, and how many seconds that took."""
        if self.server is None:
            return 0, 0.0
        start = time.monotonic()
        if self.server.process.poll() is None:
            self.server.process.send_signal(signal.SIGTERM)
        self.server.process.wait(PATIENCE_SECONDS)
        seconds = time.monotonic() - start
        code = self.server.stop()  # what is left is its output
        self.outputs.append(self.server.output)
        self.server = None
        return code, seconds

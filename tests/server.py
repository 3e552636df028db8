"""A real Salon for the tests: `manage.py serve` in a process of its own, on a port it chooses itself."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.services import PATIENCE_SECONDS, wait_until

REPOSITORY = Path(__file__).resolve().parents[1]


def inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}


def python(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error::ResourceWarning", *arguments]


def command(*options: str) -> list[str]:
    if os.environ.get("TESTS_SERVED_BY") == "uvicorn":  # without our Daphne there is no seam, no worker and no options
        return python("-m", "uvicorn", "salon.asgi:application", "--port", "0", "--lifespan", "off", "--no-access-log")
    return python("manage.py", "serve", "--port", "0", *options)


class Server:
    def __init__(self, *options: str, environment: Mapping[str, str] = {}) -> None:
        paths = {"PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'platform'}"}
        self.process = subprocess.Popen(
            command(*options),
            cwd=REPOSITORY,
            env=inherited() | paths | dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        wait_until("the server listens", lambda: self.port is not None or self.process.poll() is not None)
        if self.port is None:
            self.stop()
            raise AssertionError(self.output)

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)

    @property
    def output(self) -> str:
        return "".join(self.lines)

    @property
    def port(self) -> int | None:
        match = re.search(r"listening on \S+:(\d+);|running on http://\S+:(\d+) ", self.output)
        return int(match[1] or match[2]) if match else None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> int:
        """End it the way an operator does; what it answers is its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_SECONDS)
        if os.environ.get("TESTS_SERVED_BY") == "uvicorn" and code == -signal.SIGTERM:
            code = 0  # it winds down and then ends itself by the signal it was sent
        self.reader.join(PATIENCE_SECONDS)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def beside_the_first(folder: Path) -> dict[str, str]:
    """Settings of another server on the same database; on SQLite, `serve` allows only one in a data folder."""
    from django.conf import settings

    database = os.environ.get("DATABASE_URL") or f"sqlite:///{settings.ENV.data_dir / 'salon.sqlite3'}"
    return {"SALON_DATA_DIR": str(folder), "SALON_SECRET_KEY": settings.SECRET_KEY, "DATABASE_URL": database}


@contextmanager
def fresh_server(folder: Path, *options: str, **environment: str) -> Iterator[Server]:
    """A Salon of its own, as `make run` starts it: SQLite and memory, nothing set up."""
    settings = {"SALON_DATA_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": ""} | environment
    assert manage("migrate", **settings).returncode == 0
    server = Server(*options, environment=settings)
    try:
        yield server
    finally:
        code = server.stop()
    assert code == 0, server.output


def manage(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py` as an operator does."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, env=inherited() | environment, input=stdin, capture_output=True, text=True, timeout=60)

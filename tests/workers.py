"""A Salon whose only workers are the test's own, and what happens to them."""

import json
import os
import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from PIL import Image

from tests.pictures import moving
from tests.server import REPOSITORY, Server, fresh_server, inherited, manage, python
from tests.services import PATIENCE_SECONDS, wait_until
from tests.test_sandbox import children_of

EMAIL = "olive@example.org"
OWNER = {"SALON_OWNER_EMAIL": EMAIL, "SALON_OWNER_PASSWORD": "a sentence that nobody guesses"}
LONG_AGO = "2020-01-01 00:00:00"
SLOW, FRAMES = (1_280, 960), 64  # pixels; a decoder is at it long enough to be caught


@dataclass
class Salon:
    """A server without a worker, its settings, and a room in it."""

    settings: dict[str, str]
    server: Server

    @cached_property
    def api(self) -> httpx.Client:
        token = manage("token", EMAIL, **self.settings).stdout.strip()
        return httpx.Client(base_url=f"{self.server.url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60)

    @cached_property
    def room(self) -> str:
        return str(self.api.post("/rooms", json={"name": "R"}).json()["id"])

    def add(self, content: bytes) -> str:
        answer = self.api.post(f"/rooms/{self.room}/photos", files={"file": ("a", content)})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def state(self, photo: str) -> str:
        return str(self.api.get(f"/rooms/{self.room}/photos/{photo}").json()["state"])

    def told(self, kind: str) -> int:
        """How many events of this kind the room has had."""
        return sum(event["kind"] == kind for event in self.api.get(f"/rooms/{self.room}/events?after=0").json()["events"])

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        if address := self.settings["DATABASE_URL"]:
            with psycopg.connect(address, autocommit=True) as connection:
                cursor: Any = connection.execute(statement)
                return list(cursor) if cursor.description else []
        with closing(sqlite3.connect(f"{self.settings['SALON_DATA_DIR']}/salon.sqlite3", autocommit=True)) as file:
            return file.execute(statement).fetchall()

    def tasks(self) -> list[tuple[Any, ...]]:
        """Status and workers of each."""
        rows = self.sql("SELECT status, worker_ids FROM django_tasks_database_dbtaskresult ORDER BY enqueued_at")
        return [(status, json.loads(workers) if isinstance(workers, str) else workers) for status, workers in rows]

    def forget(self, worker: str) -> None:
        """As if nothing had been heard of it for years."""
        self.sql(f"UPDATE rooms_worker SET seen_at = '{LONG_AGO}' WHERE id = '{worker}'")


class Work:
    """`manage.py work` in a process of its own."""

    def __init__(self, folder: Path, settings: dict[str, str], **more: str) -> None:
        self.log = folder / f"work-{uuid4().hex}.log"
        with self.log.open("w") as log:
            environment = inherited() | settings | more
            self.process = subprocess.Popen(python("manage.py", "work"), cwd=REPOSITORY, env=environment, stdout=log, stderr=log)
        wait_until("the worker is at work", lambda: "at work" in self.output or self.process.poll() is not None)

    @property
    def output(self) -> str:
        return self.log.read_text()

    @property
    def id(self) -> str:
        found = re.search(r"worker (\S+) is at work", self.output)
        assert found, self.output
        return found[1]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)

    def stop(self, sign: int = signal.SIGTERM) -> int:
        """End it the way an operator does; what it answers is its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(sign)
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def salon_without_worker(folder: Path, **environment: str) -> Iterator[Salon]:
    settings = {"SALON_DATA_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": ""} | environment
    with fresh_server(folder, "--no-worker", **OWNER, **environment) as server:
        salon = Salon(settings, server)
        try:
            yield salon
        finally:
            salon.api.close()


@contextmanager
def shared_salon(folder: Path) -> Iterator[Salon]:
    """On this run's PostgreSQL and Redis, in a database of its own."""
    cluster, name = os.environ["DATABASE_URL"], f"salon_{uuid4().hex}"
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    address = f"{cluster.rpartition('/')[0]}/{name}"
    with salon_without_worker(folder, DATABASE_URL=address, REDIS_URL=os.environ["REDIS_URL"]) as salon:
        yield salon


@contextmanager
def works(folder: Path, settings: dict[str, str], **more: str) -> Iterator[Work]:
    work = Work(folder, settings, **more)
    try:
        yield work
    finally:
        work.kill()


@contextmanager
def serving(salon: Salon, code: int = 0) -> Iterator[Server]:
    """The same Salon, started again, with its worker. `code` is how it must end."""
    again = Server(environment=salon.settings)
    salon.api.base_url = httpx.URL(f"{again.url}/api/v1")
    try:
        yield again
    finally:
        ended = again.stop()
    assert ended == code, again.output


@contextmanager
def held_in_mid_decode(worker: int) -> Iterator[None]:
    """Stops a decoder of this process as soon as one runs, until the end of the block."""
    decoder = 0

    def caught() -> bool:
        nonlocal decoder
        decoder = next(iter(decoders(worker)), 0)
        return decoder > 0

    wait_until("a decoder is at work", caught)
    os.kill(decoder, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(decoder, signal.SIGCONT)


def decoders(worker: int) -> list[int]:
    """Children of the fork server, which is a child of the worker."""
    return [process for process in children_of(worker) if parent_of(process) not in (worker, 0)]


def parent_of(process: int) -> int:
    """0 when it has just gone."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def slow_film(red: int = 0) -> bytes:
    """What moves is what is left to the worker; this takes it about a second."""
    return moving("gif", [Image.new("RGB", SLOW, (red, shade, 0)) for shade in range(0, 256, 256 // FRAMES)])

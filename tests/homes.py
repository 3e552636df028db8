"""Salons of their own, which a test may fill, destroy and bring back."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from salon.backup.tarball import SUMS, Packer
from tests.pictures import picture
from tests.server import REPOSITORY, Server, fresh_server, inherited, manage
from tests.test_serve import ANSWERS, set_up

ROOM = "Summer by the lake"


@dataclass
class Home:
    """A place for a Salon of its own: a folder, and a database where this run has PostgreSQL."""

    folder: Path
    database: str

    @property
    def settings(self) -> dict[str, str]:
        return {"SALON_DATA_DIR": str(self.folder), "DATABASE_URL": self.database, "REDIS_URL": ""}

    def manage(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return manage(*arguments, stdin=stdin, **self.settings)

    def command(self, *arguments: str) -> dict[str, Any]:
        """What `subprocess` needs to run `manage.py` here."""
        environment = inherited() | self.settings
        return {"args": [sys.executable, "manage.py", *arguments], "cwd": REPOSITORY, "env": environment, "stderr": subprocess.PIPE}

    def refused(self, *arguments: str) -> str:
        """What the command says, after checking that it changed nothing."""
        before = self.contents()
        answer = self.manage(*arguments)
        assert answer.returncode == 1, answer.stderr
        assert "Traceback" not in answer.stderr
        assert "Nothing was changed." in answer.stderr
        assert self.contents() == before
        return answer.stderr

    def contents(self) -> dict[str, str]:
        """Checksums of all files but locks and SQLite's own, and all rows."""
        paths = [path for path in self.folder.rglob("*") if path.is_file() and path.suffix != ".lock" and "sqlite3" not in path.name]
        found = {str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
        return found | {"rows": repr(self.rows())}

    def rows(self) -> list[Any]:
        if not self.database:
            with closing(sqlite3.connect(self.folder / "salon.sqlite3")) as connection:
                return list(connection.iterdump())
        with psycopg.connect(self.database) as connection:
            names = [name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]
            return [(name, connection.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall()) for name in names]


MakeHome = Callable[[], Home]


@pytest.fixture(scope="module")
def make_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeHome]:
    """Makes empty Salons, each a copy of the first but with a key of its own."""
    server = os.environ.get("DATABASE_URL")
    homes: list[Home] = []

    def make() -> Home:
        name = f"home_{uuid4().hex}"
        home = Home(tmp_path_factory.mktemp(name), f"{server.rpartition('/')[0]}/{name}" if server else "")
        if server:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE {homes[0].database.rpartition('/')[2] if homes else 'template0'}")
        if homes:
            shutil.copytree(homes[0].folder, home.folder, dirs_exist_ok=True)
            (home.folder / "secret-key").write_text(token_urlsafe(48))
        if not homes:
            assert home.manage("migrate", "--verbosity", "0").returncode == 0
        homes.append(home)
        return home

    make()
    yield make
    for home in homes if server else ():
        with psycopg.connect(server or "", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {home.database.rpartition('/')[2]} WITH (FORCE)")


@pytest.fixture(scope="module")
def empty_home(make_home: MakeHome) -> Home:
    """Where whatever is refused changes nothing."""
    return make_home()


@dataclass
class Olive:
    """The owner of such a Salon, at a browser and with a script."""

    browser: httpx.Client
    api: httpx.Client

    def add(self, room: str, caption: str) -> tuple[str, str]:
        """Returns the photo's identifier and the checksum of what was sent."""
        content = picture(size=(640, 480))
        answer = self.api.post(f"/rooms/{room}/photos", files={"file": ("a.jpg", content)}, data={"caption": caption})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"], hashlib.sha256(content).hexdigest()

    def photos(self, room: str) -> dict[str, Any]:
        return {photo["id"]: photo for photo in self.api.get(f"/rooms/{room}/photos", params={"limit": 200}).json()["items"]}


def arrive(home: Home, server: Server, browser: httpx.Client) -> Olive:
    if not browser.cookies.get("salon_session"):
        assert set_up(server, browser).status_code == 302
    token = home.manage("token", ANSWERS["email"]).stdout.strip().splitlines()[-1]
    return Olive(browser, httpx.Client(base_url=f"{server.url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30))


@pytest.fixture(scope="module")
def small_backup(make_home: MakeHome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The backup of a Salon with one photo."""
    home = make_home()
    with fresh_server(home.folder, DATABASE_URL=home.database) as server, httpx.Client() as browser:
        olive = arrive(home, server, browser)
        with olive.api:
            olive.add(olive.api.post("/rooms", json={"name": ROOM}).json()["id"], "Lift-off")
    backup = tmp_path_factory.mktemp("backups") / "small.tar"
    answer = home.manage("backup", str(backup))
    assert answer.returncode == 0, answer.stderr
    return backup


def repacked(backup: Path, change: Callable[[str, bytes], bytes], **more: bytes) -> Path:
    """The same backup with some parts changed, and checksums that agree."""
    target = backup.with_name(f"{uuid4().hex}.tar")
    with tarfile.open(backup) as tar, target.open("wb") as out:
        packer = Packer(out)
        for member in tar:
            file = tar.extractfile(member)
            assert file is not None
            if member.name != SUMS:
                packer.add(member.name, BytesIO(change(member.name, file.read())))
        for name, content in more.items():
            packer.add(name, BytesIO(content))
        packer.finish()
    return target

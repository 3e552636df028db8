"""A Salon is backed up while people use it, destroyed, and brought back elsewhere."""

import hashlib
import json
import os
import resource
import subprocess
import tarfile
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.db.migrations.loader import MigrationLoader

from rooms import files, orphans
from rooms.models import HEART, Photo
from salon.backup import making, restoring
from tests.homes import ROOM, Home, MakeHome, arrive, repacked
from tests.people import Cast
from tests.pictures import picture
from tests.server import fresh_server
from tests.test_serve import ANSWERS
from tests.tus import PIECE, TUS, begin


def test_what_was_there_when_the_backup_began_is_there_after_everything_was_destroyed(make_home: MakeHome, tmp_path: Path) -> None:
    home, backup = make_home(), tmp_path / "kept" / "salon.tar"
    during: list[str] = []
    stop = threading.Event()
    with httpx.Client() as browser:
        with fresh_server(home.folder, DATABASE_URL=home.database) as server:
            olive = arrive(home, server, browser)
            room = olive.api.post("/rooms", json={"name": ROOM}).json()["id"]
            added = dict(olive.add(room, f"Photo {number}") for number in range(3))
            begun = olive.api.post(f"/rooms/{room}/uploads", headers=PIECE | {"Upload-Length": "5000"}, content=picture()[:2000])
            upload = begun.headers["Location"].removeprefix("/api/v1")

            def go_on() -> None:
                while not stop.is_set():
                    during.append(olive.add(room, "meanwhile")[0])

            adding = threading.Thread(target=go_on)
            adding.start()
            answer = home.manage("backup", str(backup))
            stop.set()
            adding.join()
            assert answer.returncode == 0, answer.stderr
            assert "Warning" not in answer.stderr
            assert during
            last = olive.api.get(f"/rooms/{room}").json()["seq"]
            olive.api.close()
        elsewhere = make_home()
        restored = elsewhere.manage("restore", str(backup))
        assert restored.returncode == 0, restored.stderr
        assert "Every photo has its files." in restored.stderr
        assert rows_of(elsewhere, tmp_path) == rows_in(backup)
        with fresh_server(elsewhere.folder, DATABASE_URL=elsewhere.database) as server:
            assert ROOM in browser.get(server.url).text, "the session outlived it all"
            olive = arrive(elsewhere, server, browser)
            with olive.api:
                photos = olive.photos(room)
                assert set(added) <= set(photos) <= set(added) | set(during)
                for number, (photo, sha256) in enumerate(added.items()):
                    assert photos[photo]["caption"] == f"Photo {number}"
                    assert hashlib.sha256(browser.get(f"{server.url}{photos[photo]['media']['original']}").content).hexdigest() == sha256
                for address in (
                    f"{server.url}{photo['media'][name]}" for photo in photos.values() for name in ("thumb", "grid", "original")
                ):
                    assert browser.get(address).status_code == 200
                assert olive.api.head(upload, headers=TUS).headers["Upload-Offset"] == "0"
                olive.add(room, "afterwards")
                for known in (0, last - 1, last):  # a number from before must not be taken for one from after
                    assert olive.api.get(f"/rooms/{room}/events", params={"after": known}).json()["reset"]


def test_what_people_said_the_cover_reports_and_screens_come_back(make_home: MakeHome, tmp_path: Path) -> None:
    """Rows that name each other in a circle: a room its cover, the cover its room, an answer its comment."""
    home, backup = make_home(), tmp_path / "salon.tar"
    with fresh_server(home.folder, DATABASE_URL=home.database) as server, httpx.Client() as browser:
        olive = arrive(home, server, browser)
        with olive.api as api:
            place = "/rooms/" + api.post("/rooms", json={"name": ROOM}).json()["id"]
            photo = f"{place}/photos/" + olive.add(place.rpartition("/")[2], "The lake")[0]
            first, other = (api.post(f"{photo}/comments", json={"text": text}).json()["id"] for text in ("First", "Taken back"))
            api.post(f"{photo}/comments", json={"text": "An answer", "parent": first})
            assert api.delete(f"{photo}/comments/{other}").status_code == 204
            assert api.put(f"{photo}/reactions/{HEART}").status_code == 200
            assert api.patch(place, json={"cover": photo.rpartition("/")[2]}).json()["cover_photo"]
            assert api.post(f"{photo}/report", json={"reason": "Is it?", "comment": first}).status_code == 201
            assert api.post(f"{place}/screens", json={"label": "Hall"}).status_code == 201
        assert home.manage("backup", str(backup)).returncode == 0
    elsewhere = make_home()
    restored = elsewhere.manage("restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    assert rows_of(elsewhere, tmp_path) == rows_in(backup)
    full = {name for name, rows in rows_in(backup) if rows}
    assert {"rooms.comment", "rooms.reaction", "rooms.report", "rooms.screen"} <= full


def rows_in(backup: Path) -> list[Any]:
    """Rows but the journal, and a room's and an upload's without what a restore sets anew."""
    with tarfile.open(backup) as tar:
        return [without(line) for line in tables(tar.extractfile("rows.jsonl"))]


def rows_of(home: Home, folder: Path) -> list[Any]:
    backup = folder / f"{uuid4().hex}.tar"
    assert home.manage("backup", str(backup)).returncode == 0
    return rows_in(backup)


def tables(lines: Any) -> Iterator[tuple[str, list[str], list[Any]]]:
    name, columns, rows = "", list[str](), list[Any]()
    for line in map(json.loads, lines):
        if isinstance(line, dict):
            if name:
                yield name, columns, rows
            name, columns, rows = line["model"], line["columns"], []
        else:
            rows.append(line)
    yield name, columns, rows


def without(table: tuple[str, list[str], list[Any]]) -> tuple[str, list[Any]]:
    name, columns, rows = table
    new = {"rooms.room": "seq", "rooms.upload": "offset"}.get(name)
    kept = [[value for column, value in zip(columns, row, strict=True) if column != new] for row in rows]
    return name, [] if name == "rooms.event" else kept


class Meddling(BytesIO):
    """A place for a backup where something happens as soon as the first bytes come."""

    def __init__(self, deed: Callable[[], None]) -> None:
        super().__init__()
        self.deed: Callable[[], None] | None = deed

    def write(self, data: Any) -> int:
        if self.deed:
            deed, self.deed = self.deed, None
            deed()
        return super().write(data)


def test_a_photo_that_goes_for_good_while_a_backup_runs_is_whole_in_it(cast: Cast) -> None:
    content = picture()
    photo = Photo.objects.get(pk=begin(cast.cleo, cast, len(content), content).headers["Salon-Photo"])
    cast.cleo.api.delete(f"{cast.path}/photos/{photo.id}")
    original = files.path(files.original(cast.room.id, photo.id))

    def go_for_good() -> None:
        assert cast.cleo.api.delete(f"{cast.path}/removed/{photo.id}").status_code == 204
        assert not Photo.objects.filter(pk=photo.pk).exists()
        orphans.sweep()
        assert original.exists()

    out = Meddling(go_for_good)
    report = making.make(out, lambda line: None)
    assert [fault for fault in report.faults if str(photo.id) in fault] == []
    with tarfile.open(fileobj=BytesIO(out.getvalue())) as tar:
        kept = tar.extractfile(f"media/{files.original(cast.room.id, photo.id)}")
        assert kept is not None
        assert kept.read() == content
    orphans.sweep()
    assert not original.exists()


def test_only_one_backup_runs_at_a_time() -> None:
    with files.nothing_erased(), pytest.raises(files.LockedError), files.nothing_erased(seconds=0):
        pass


@pytest.mark.skipif(os.environ.get("TESTS_ON") == "sqlite", reason="one way needs the other database")
def test_a_salon_on_sqlite_moves_to_postgresql(small_backup: Path, make_home: MakeHome, tmp_path: Path) -> None:
    laptop = Home(tmp_path / "laptop", "")
    assert laptop.manage("migrate", "--verbosity", "0").returncode == 0
    assert laptop.manage("restore", str(small_backup)).returncode == 0
    assert laptop.manage("backup", str(tmp_path / "laptop.tar")).returncode == 0
    server = make_home()
    assert server.manage("restore", str(tmp_path / "laptop.tar")).returncode == 0
    assert rows_of(server, tmp_path) == rows_in(small_backup)
    assert server.manage("adduser", "sam@example.org", "--password-stdin", stdin="a sentence that nobody guesses").returncode == 0


def as_before_0003(name: str, content: bytes) -> bytes:
    """A backup as an older Salon made it: without the columns and tables that came later."""
    target = ("rooms", "0002_journal_by_age")
    if name == making.MANIFEST:
        facts = json.loads(content)
        return json.dumps(
            facts | {"migrations": [entry for entry in facts["migrations"] if entry != ["rooms", "0003_photos_complete"]]}
        ).encode()
    if name != making.ROWS:
        return content
    loader = MigrationLoader(None)
    then = loader.project_state([node for node in loader.graph.leaf_nodes() if node[0] != "rooms"] + [target]).apps
    models = {model._meta.label_lower: model for model in then.get_models(include_auto_created=True)}
    lines: list[Any] = []
    for model, columns, rows in tables(content.splitlines()):
        if model in models:
            kept = {field.attname for field in models[model]._meta.concrete_fields}
            lines.append({"model": model, "columns": [column for column in columns if column in kept]})
            lines += [[value for column, value in zip(columns, row, strict=True) if column in kept] for row in rows]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def test_a_backup_of_an_older_salon_is_brought_up_to_date(small_backup: Path, make_home: MakeHome) -> None:
    home, older = make_home(), repacked(small_backup, as_before_0003)
    assert older.read_bytes() != small_backup.read_bytes()
    answer = home.manage("restore", str(older))
    assert answer.returncode == 0, answer.stderr
    assert home.manage("migrate", "--check").returncode == 0
    with fresh_server(home.folder, DATABASE_URL=home.database) as server, httpx.Client() as browser:
        token = home.manage("token", ANSWERS["email"]).stdout.strip().splitlines()[-1]
        rooms = browser.get(f"{server.url}/api/v1/rooms", headers={"Authorization": f"Bearer {token}"}).json()["items"]
        assert [room["name"] for room in rooms] == [ROOM]


def test_what_is_missing_is_said_and_the_rest_kept(make_home: MakeHome, small_backup: Path, tmp_path: Path) -> None:
    home = make_home()
    assert home.manage("restore", str(small_backup)).returncode == 0
    lost = next((home.folder / "media" / "originals").rglob("*-*-*/*-*"))
    lost.unlink()
    backup = tmp_path / "lossy.tar"
    answer = home.manage("backup", str(backup))
    assert answer.returncode == 0
    assert f"{lost.name} is missing" in answer.stderr
    again = make_home().manage("restore", str(backup))
    assert again.returncode == 1
    assert "missing in the backup already" in again.stderr


def test_a_photo_that_rotted_on_the_disk_is_told_of(make_home: MakeHome, small_backup: Path, tmp_path: Path) -> None:
    home = make_home()
    assert home.manage("restore", str(small_backup)).returncode == 0
    rotten = next((home.folder / "media" / "originals").rglob("*-*-*/*-*"))
    rotten.write_bytes(rotten.read_bytes()[:-1] + b"!")
    assert f"{rotten.name} is not what was uploaded" in home.manage("backup", str(tmp_path / "rotten.tar")).stderr


def test_a_backup_that_finds_no_space_leaves_nothing(make_home: MakeHome, small_backup: Path, tmp_path: Path) -> None:
    home = make_home()
    assert home.manage("restore", str(small_backup)).returncode == 0
    target = tmp_path / "kept" / "salon.tar"
    smaller = small_backup.stat().st_size // 2
    answer = subprocess.run(
        **home.command("backup", str(target)), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (smaller, smaller)), text=True
    )
    assert answer.returncode == 1
    assert "could not be written" in answer.stderr
    assert list(target.parent.iterdir()) == []


def test_a_killed_restore_can_be_begun_again(make_home: MakeHome, small_backup: Path) -> None:
    home = make_home()
    staging = home.folder / "media" / restoring.STAGING
    (staging / "media").mkdir(parents=True)
    (staging / making.MANIFEST).write_text("half of it")
    assert home.manage("restore", str(small_backup)).returncode == 0
    assert not staging.exists()
    (original,) = (home.folder / "media" / "originals").rglob("*-*-*/*-*")
    assert original.stat().st_mode & 0o044 == 0o044, "nginx reads what came back as it read what was there"

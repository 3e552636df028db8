"""A killed server and a full disk: nothing that was acknowledged is lost, nothing half-made is shown."""

import hashlib
import os
import random
import signal
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from rooms import orphans
from rooms.actions import uploads
from rooms.ingest import inspect
from rooms.models import Photo, Upload
from tests.people import Cast, problem
from tests.pictures import picture
from tests.server import Server, beside_the_first
from tests.services import wait_until
from tests.test_sandbox import shoot_itself
from tests.tus import PIECE, TUS

pytestmark = pytest.mark.once
KILLS = 4
STEP = 150_000  # bytes


def client_of(server: Server, cast: Cast) -> httpx.Client:
    return httpx.Client(base_url=f"{server.url}/api/v1", headers={"Authorization": f"Bearer {cast.cleo.token}"}, timeout=30)


class Sender(threading.Thread):
    """Sends an upload piece by piece until it is done or the line breaks, and knows what was acknowledged."""

    def __init__(self, client: httpx.Client, address: str, content: bytes) -> None:
        super().__init__()
        self.client, self.address, self.content = client, address, content
        self.acknowledged = 0
        self.photo: str | None = None

    def run(self) -> None:
        try:
            found = self.client.head(self.address, headers=TUS)
            self.acknowledged = int(found.headers["Upload-Offset"])
            self.photo = found.headers.get("Salon-Photo")
            while self.photo is None:
                self.send_piece()
        except httpx.TransportError:
            return

    def send_piece(self) -> None:
        start = self.acknowledged
        headers = PIECE | {"Upload-Offset": str(start)}
        answer = self.client.patch(self.address, headers=headers, content=self.content[start : start + STEP])
        assert answer.status_code == 204, answer.text
        self.acknowledged = int(answer.headers["Upload-Offset"])
        self.photo = answer.headers.get("Salon-Photo")


def has_sent(sender: Sender, bytes: int) -> bool:
    return sender.acknowledged >= bytes or not sender.is_alive()


def test_a_server_killed_again_and_again_at_any_moment_loses_no_acknowledged_byte(cast: Cast, tmp_path: Path) -> None:
    content = picture("PNG", size=(1500, 1100))
    place = beside_the_first(tmp_path / "data")
    chance = random.Random(7)
    address, acknowledged = "", 0
    for life in range(KILLS + 1):
        server = Server(environment=place)
        with client_of(server, cast) as client:
            if not address:
                begun = client.post(f"{cast.path}/uploads", headers=TUS | {"Upload-Length": str(len(content))})
                address = begun.headers["Location"].removeprefix("/api/v1")
            sender = Sender(client, address, content)
            sender.start()
            if life < KILLS:
                wait_until("it has sent some more", partial(has_sent, sender, acknowledged + chance.randint(1, 4) * STEP))
                server.process.send_signal(signal.SIGKILL)
            sender.join()
            assert sender.acknowledged >= acknowledged
            acknowledged = sender.acknowledged
        server.stop()
    assert sender.photo is not None
    photo = Photo.objects.get(room=cast.room)
    assert (str(photo.id), photo.sha256) == (sender.photo, hashlib.sha256(content).hexdigest())
    originals = tmp_path / "data" / "media" / "originals" / str(cast.room.id)
    assert (originals / str(photo.id)).read_bytes() == content
    assert not list((tmp_path / "data" / "media" / "uploads").iterdir())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"may not mount a small disk here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def room_left(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def test_a_full_disk_is_said_in_words_and_keeps_what_was_there(cast: Cast, small_disk: Path) -> None:
    server = Server("--no-worker", environment=beside_the_first(small_disk))
    first, content = picture(), picture("PNG", size=(1200, 900))
    media = small_disk / "media"
    try:
        with client_of(server, cast) as client:
            added = client.post(f"{cast.path}/photos", files={"file": ("a.jpg", first)})
            assert added.status_code == 201, added.text
            begun = client.post(f"{cast.path}/uploads", headers=TUS | {"Upload-Length": str(len(content))})
            address = begun.headers["Location"].removeprefix("/api/v1")
            half = client.patch(address, headers=PIECE | {"Upload-Offset": "0"}, content=content[:400_000])
            assert half.headers["Upload-Offset"] == "400000"
            filler = small_disk / "filler"
            filler.write_bytes(bytes(room_left(small_disk) - 100_000))
            before = {path for path in media.rglob("*") if path.is_file()}
            refusals = [
                client.patch(address, headers=PIECE | {"Upload-Offset": "400000"}, content=content[400_000:]),
                client.post(f"{cast.path}/photos", files={"file": ("b.png", picture("PNG"))}),
                client.post(f"{cast.path}/photos", files={"file": ("b.png", picture("PNG", size=(1600, 1300)))}),
            ]
            for refusal in refusals:
                error = problem(refusal, 507)
                assert error["code"] == "no_space"
                assert "make room" in error["message"]
            assert {path for path in media.rglob("*") if path.is_file()} == before
            assert client.head(address, headers=TUS).headers["Upload-Offset"] == "400000"
            assert Photo.objects.filter(room=cast.room).count() == 1
            filler.unlink()
            rest = client.patch(address, headers=PIECE | {"Upload-Offset": "400000"}, content=content[400_000:])
            assert rest.status_code == 204, rest.text
            assert Photo.objects.get(pk=rest.headers["Salon-Photo"]).sha256 == hashlib.sha256(content).hexdigest()
    finally:
        assert server.stop() == 0
    assert "Traceback" not in server.output


def test_what_a_kill_left_behind_is_swept(cast: Cast) -> None:
    """A kill between the writing of an original and the commit of its row, as nearly as it can be made."""
    content = picture()
    folder = Path(settings.MEDIA_ROOT) / "originals" / str(cast.room.id)
    folder.mkdir(parents=True, exist_ok=True)
    script = (
        "import django; django.setup()\n"
        "import os, sys\n"
        "from rooms import files\n"
        "with files.kept({sys.argv[1]: sys.argv[2].encode()}):\n"
        "    print('kept', flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    from salon.ids import new_id
    from tests.server import inherited, python

    name = f"originals/{cast.room.id}/{new_id()}"
    environment = inherited() | {"PYTHONPATH": f"{Path.cwd()}:{Path.cwd() / 'platform'}"}
    killed = subprocess.run([*python("-c", script), name, content.hex()[:100]], env=environment, capture_output=True, text=True)
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "kept\n")
    left = Path(settings.MEDIA_ROOT) / name
    assert left.exists()
    orphans.sweep()
    assert not left.exists()
    assert not Upload.objects.filter(room=cast.room).exists()


def test_a_decoder_that_the_machine_kills_for_want_of_memory_costs_the_sender_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    member, content = cast.membership(cast.cleo), picture()
    upload = uploads.begin(member, len(content), "")
    with monkeypatch.context() as patched:
        patched.setattr(inspect, "look", shoot_itself)
        with pytest.raises(inspect.BusyError):
            uploads.append(member, upload, uploads.Piece(0, BytesIO(content), len(content), None))
    done = uploads.append(member, upload, uploads.Piece(0, BytesIO(content), len(content), None))
    assert done.photo_id

"""Resumable uploads by clients that nobody here wrote: tuspy, and tus-js-client in Node."""

import hashlib
import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from rooms.models import Photo, Upload
from tests.people import Cast
from tests.pictures import FOLDER, photograph, picture
from tests.server import REPOSITORY, Server, beside_the_first

pytestmark = pytest.mark.once
MIB = 1024**2
NODE = shutil.which("node") or str(REPOSITORY / ".venv" / "bin" / "node")


def tuspy(cast: Cast, server: Server | None = None) -> TusClient:
    url = (server or cast.cleo.server).url
    return TusClient(f"{url}/api/v1{cast.path}/uploads", headers={"Authorization": f"Bearer {cast.cleo.token}"})


def photo_of(cast: Cast) -> Photo:
    return Photo.objects.get(room=cast.room)


def sum_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("checksum", [False, True])
def test_tuspy_sends_a_photo_in_pieces(cast: Cast, checksum: bool) -> None:
    content = photograph("rocket.jpg") if checksum else picture()
    metadata = {"filename": "Größe.jpg", "caption": "Über den Wolken"}
    uploader = tuspy(cast).uploader(file_stream=BytesIO(content), chunk_size=20_000, metadata=metadata, upload_checksum=checksum)
    uploader.upload()
    photo = photo_of(cast)
    assert (photo.sha256, photo.caption) == (sum_of(content), "Über den Wolken")


def test_tuspy_hears_of_a_refusal(cast: Cast) -> None:
    uploader = tuspy(cast).uploader(file_stream=BytesIO(b"no picture at all" * 9), metadata={"filename": "a.jpg"})
    with pytest.raises(TusCommunicationError):
        uploader.upload()
    assert not Upload.objects.filter(room=cast.room).exists()


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Any]:
    """Starts servers on the same database, with a data folder of their own that survives them."""
    running: list[Server] = []

    def start(**environment: str) -> Server:
        running.append(Server(environment=beside_the_first(tmp_path / "data") | environment))
        return running[-1]

    yield start
    for server in running:
        server.stop()


def test_a_killed_server_loses_nothing_it_has_acknowledged(cast: Cast, second: Any) -> None:
    content = picture("PNG", size=(1200, 900))
    server = second()
    uploader = tuspy(cast, server).uploader(file_stream=BytesIO(content), chunk_size=200_000)
    uploader.upload(stop_at=400_000)
    path = str(uploader.url).removeprefix(server.url)
    server.process.send_signal(signal.SIGKILL)
    server.process.wait(20)
    with pytest.raises(TusCommunicationError):
        uploader.upload()
    next_one = second()
    resumed = tuspy(cast, next_one).uploader(file_stream=BytesIO(content), chunk_size=200_000, url=next_one.url + path)
    assert resumed.offset == 400_000
    resumed.upload()
    assert photo_of(cast).sha256 == sum_of(content)


@cache
def huge_photograph() -> bytes:
    """300 MB that are a real photograph: 100 megapixels of it, uncompressed."""
    with Image.open(FOLDER / "chelsea.png") as opened:
        large = opened.convert("RGB").resize((10_000, 10_000), Image.Resampling.NEAREST)
    buffer = BytesIO()
    large.save(buffer, "PNG", compress_level=0)
    return buffer.getvalue()


def test_300_megabytes_in_pieces_of_five_mebibytes(cast: Cast, second: Any) -> None:
    content = huge_photograph()
    assert len(content) > 300_000_000
    server = second(SALON_MAX_UPLOAD_MB="400")
    tuspy(cast, server).uploader(file_stream=BytesIO(content), chunk_size=5 * MIB, metadata={"filename": "large.png"}).upload()
    photo = photo_of(cast)
    assert (photo.sha256, photo.size, photo.width) == (sum_of(content), len(content), 10_000)


def node(cast: Cast, file: Path, **options: object) -> "subprocess.CompletedProcess[str]":
    told = {
        "endpoint": f"{cast.cleo.server.url}/api/v1{cast.path}/uploads",
        "token": cast.cleo.token,
        "file": str(file),
        "storage": str(file.with_suffix(".json")),
        "chunkSize": 100_000,
        "metadata": {"filename": file.name, "caption": "Aus Node"},
    }
    command = [NODE, str(REPOSITORY / "tests" / "tus.mjs"), json.dumps(told | options)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def written(folder: Path, content: bytes, name: str = "photo.png") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("with_creation", [False, True])
def test_tus_js_client_sends_a_photo_in_pieces(cast: Cast, tmp_path: Path, with_creation: bool) -> None:
    content = picture("PNG")
    done = node(cast, written(tmp_path, content), parallel=with_creation)
    assert done.returncode == 0, done.stderr
    photo = photo_of(cast)
    assert (photo.sha256, photo.caption) == (sum_of(content), "Aus Node")
    assert json.loads(done.stdout)["photo"] == str(photo.id)


def test_tus_js_client_is_killed_and_resumes_where_it_was(cast: Cast, tmp_path: Path) -> None:
    content = picture("PNG", size=(1200, 900))
    file = written(tmp_path, content)
    killed = node(cast, file, dieAfter=300_000)
    assert killed.returncode != 0
    upload = Upload.objects.get(room=cast.room)
    assert upload.offset >= 300_000
    done = node(cast, file)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["resumed"] is True
    assert told["url"].endswith(str(upload.id))
    assert photo_of(cast).sha256 == sum_of(content)


def test_tus_js_client_begins_anew_when_the_upload_has_expired(cast: Cast, tmp_path: Path) -> None:
    content = picture("PNG", size=(1200, 900))
    file = written(tmp_path, content)
    node(cast, file, dieAfter=300_000)
    Upload.objects.filter(room=cast.room).delete()
    done = node(cast, file)
    assert done.returncode == 0, done.stderr
    assert photo_of(cast).sha256 == sum_of(content)

"""Workers that are killed, stopped or out of disk: each photo becomes ready, once, and nobody sees half of one."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.pictures import moving
from tests.services import wait_until
from tests.workers import Salon, held_in_mid_decode, salon_without_worker, serving, shared_salon, slow_film, works

shared = pytest.mark.skipif(os.environ.get("TESTS_ON") != "postgres", reason="several workers need PostgreSQL and Redis")


def assert_ready_once(salon: Salon, photo: str) -> None:
    wait_until("the photo is developed", lambda: salon.state(photo) == "ready")
    assert salon.told("photo.ready") == 1
    assert salon.told("photo.failed") == 0


@shared
def test_what_a_killed_worker_had_in_hand_another_does(tmp_path: Path) -> None:
    with shared_salon(tmp_path) as salon:
        photo = salon.add(slow_film())
        with (
            works(tmp_path, salon.settings) as first,
            held_in_mid_decode(first.process.pid),
            works(tmp_path, salon.settings) as second,
        ):
            assert salon.tasks() == [("RUNNING", [first.id])]
            first.kill()
            salon.forget(first.id)
            assert_ready_once(salon, photo)
            assert salon.tasks() == [("SUCCESSFUL", [first.id, second.id])]
            assert second.stop() == 0


@shared
def test_a_long_task_of_a_living_worker_is_not_taken_away_and_given_back_when_it_stops(tmp_path: Path) -> None:
    with shared_salon(tmp_path) as salon:
        photo = salon.add(slow_film())
        with (
            works(tmp_path, salon.settings, SALON_WORKER_THREADS="1") as first,
            held_in_mid_decode(first.process.pid),
            works(tmp_path, salon.settings) as second,
        ):
            seen = salon.sql("SELECT id, seen_at FROM rooms_worker ORDER BY id")
            wait_until("both have been round again", lambda: not set(seen) & set(salon.sql("SELECT id, seen_at FROM rooms_worker")))
            assert salon.tasks() == [("RUNNING", [first.id])]
            assert first.stop() == 0
            assert_ready_once(salon, photo)
            assert salon.tasks() == [("SUCCESSFUL", [second.id])]  # stopping is not dying over a task
            assert salon.sql("SELECT id FROM rooms_worker") == [(second.id,)]


@pytest.mark.once
def test_what_a_killed_server_with_its_worker_had_in_hand_the_next_one_does(tmp_path: Path) -> None:
    with salon_without_worker(tmp_path) as salon:
        photo = salon.add(slow_film())
        assert salon.server.stop() == 0
        with serving(salon, code=-signal.SIGKILL) as killed, held_in_mid_decode(killed.process.pid):
            assert salon.tasks()[0][0] == "RUNNING"
            killed.process.kill()
            killed.process.wait(20)
        ((worker,),) = salon.sql("SELECT id FROM rooms_worker")
        salon.forget(worker)
        with serving(salon):
            assert_ready_once(salon, photo)


@pytest.mark.once
def test_a_photo_that_takes_long_does_not_hold_up_the_others(tmp_path: Path) -> None:
    with salon_without_worker(tmp_path, SALON_WORKER_THREADS="2") as salon:
        photos = [salon.add(slow_film(red)) for red in range(3)]
        assert salon.server.stop() == 0
        with serving(salon) as server, held_in_mid_decode(server.process.pid):
            wait_until("the others are developed", lambda: [status for status, _ in salon.tasks()].count("SUCCESSFUL") == 2)
            assert [salon.state(photo) for photo in photos].count("developing") == 1


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Four megabytes, on which a file can only be whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"a small disk needs the right to mount one: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def film(size: tuple[int, int]) -> bytes:
    """Its tiles come with the upload, its view from the worker."""
    return moving("gif", [Image.new("RGB", size, colour) for colour in ("red", "green", "blue")])


def fill(folder: Path) -> Path:
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return filler


@pytest.mark.once
def test_while_the_disk_is_full_nothing_half_made_is_shown_and_with_space_again_the_photo_is_ready(tmp_path: Path) -> None:
    derivatives = tmp_path / "media" / "derivatives"
    with small_disk(derivatives), salon_without_worker(tmp_path) as salon:
        photo = salon.add(film((960, 640)))
        tiles = files_in(derivatives)
        assert salon.server.stop() == 0
        filler = fill(derivatives)
        with serving(salon) as server:
            wait_until("the disk was full", lambda: "No space left" in server.output)
            assert salon.state(photo) == "developing"
            assert files_in(derivatives) == tiles | {filler}
            assert_whole(salon, photo)
            filler.unlink()
            assert_ready_once(salon, photo)
            assert assert_whole(salon, photo) == (960, 640)


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def assert_whole(salon: Salon, photo: str) -> tuple[int, int]:
    """What is shown is a picture to its last byte. Returns its size."""
    shown = salon.api.get(str(httpx.URL(str(salon.api.base_url)).join(f"/media/{salon.room}/{photo}/view")))
    assert shown.status_code == 200
    with Image.open(BytesIO(shown.content)) as image:
        image.load()
        return image.size


@pytest.mark.once
def test_photos_in_hand_are_finished_before_a_server_stops(tmp_path: Path) -> None:
    with salon_without_worker(tmp_path) as salon:
        photos = [salon.add(film((96, edge))) for edge in (64, 65, 66)]
        assert salon.server.stop() == 0
        with serving(salon) as server:
            wait_until("one is in hand", lambda: any(status == "RUNNING" for status, _ in salon.tasks()))
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(20) == 0
        assert {status for status, _ in salon.tasks()} <= {"SUCCESSFUL", "READY"}
        assert salon.sql("SELECT count(*) FROM rooms_worker") == [(0,)]
        with serving(salon):
            wait_until("all are developed", lambda: all(salon.state(photo) == "ready" for photo in photos))
            assert salon.told("photo.ready") == 3

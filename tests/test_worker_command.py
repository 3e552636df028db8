"""`manage.py work` and what runs in it, as an operator meets them."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.people import open_socket
from tests.pictures import film, moving
from tests.server import manage
from tests.services import free_port, wait_until
from tests.test_sockets import frame
from tests.workers import Salon, shared_salon, works

shared = pytest.mark.skipif(os.environ.get("TESTS_ON") != "postgres", reason="a worker of its own needs PostgreSQL and Redis")


@pytest.fixture
def salon(tmp_path: Path) -> Iterator[Salon]:
    with shared_salon(tmp_path) as salon:
        yield salon


@shared
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_the_room_hears_at_once_what_a_worker_has_done_and_it_stops_when_asked(salon: Salon, tmp_path: Path, sign: signal.Signals) -> None:
    with works(tmp_path, salon.settings) as work:
        with open_socket(salon.server, salon.room, dict(salon.api.headers)) as socket:
            assert frame(socket)["type"] == "hello"
            photo = salon.add(moving("gif"))
            kinds: list[str] = []
            while "photo.ready" not in kinds:
                kinds += [event["kind"] for event in frame(socket)["events"]]
        assert salon.state(photo) == "ready"
        assert salon.sql("SELECT id FROM rooms_worker") == [(work.id,)]
        assert work.stop(sign) == 0
        assert salon.sql("SELECT id FROM rooms_worker") == []
        assert "Traceback" not in work.output
        assert "Warning" not in work.output


@shared
def test_a_worker_survives_the_loss_of_its_database_connections(salon: Salon, tmp_path: Path) -> None:
    with works(tmp_path, salon.settings) as work:
        first = salon.add(moving("gif", film(5)))
        wait_until("the first photo is developed", lambda: salon.state(first) == "ready")
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        assert salon.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        second = salon.add(moving("gif", film(6)))
        wait_until("the second one too", lambda: salon.state(second) == "ready")
        assert work.stop() == 0


@shared
def test_two_workers_share_a_heap_of_photos_and_do_each_once(salon: Salon, tmp_path: Path) -> None:
    photos = [salon.add(moving("gif", film(9, (320, 200 + number)))) for number in range(12)]
    with works(tmp_path, salon.settings) as one, works(tmp_path, salon.settings) as two:
        wait_until("all are developed", lambda: {status for status, _ in salon.tasks()} == {"SUCCESSFUL"})
        assert {len(workers) for _, workers in salon.tasks()} == {1}
        assert salon.told("photo.ready") == len(photos)
        assert one.stop() == two.stop() == 0


def refusal(**settings: str) -> str:
    ran = manage("work", **settings)
    assert ran.returncode != 0
    assert not re.search("hunter2|Traceback", ran.stderr)
    return ran.stderr


@pytest.mark.once
@pytest.mark.parametrize(
    "settings",
    [
        {"DATABASE_URL": "", "REDIS_URL": ""},
        {"DATABASE_URL": "", "REDIS_URL": "redis://127.0.0.1:1"},
        {"DATABASE_URL": "postgresql://salon:hunter2@127.0.0.1:1/salon", "REDIS_URL": ""},
    ],
    ids=["neither", "no PostgreSQL", "no Redis"],
)
def test_where_nobody_would_hear_it_a_worker_does_not_start(tmp_path: Path, settings: dict[str, str]) -> None:
    said = refusal(SALON_DATA_DIR=str(tmp_path), **settings)
    assert "`manage.py serve` has a worker of its own" in said
    assert "DATABASE_URL" in said
    assert "REDIS_URL" in said


@pytest.mark.once
def test_without_its_database_a_worker_does_not_start(tmp_path: Path) -> None:
    address = f"postgresql://salon:hunter2@127.0.0.1:{free_port()}/salon"
    said = refusal(SALON_DATA_DIR=str(tmp_path), DATABASE_URL=address, REDIS_URL="redis://127.0.0.1:1")
    assert "The database cannot be reached" in said
    assert "Connection refused" in said


@shared
def test_on_a_database_that_was_not_migrated_a_worker_does_not_start(salon: Salon) -> None:
    salon.sql("DELETE FROM django_migrations WHERE app = 'rooms'")
    assert "manage.py migrate" in refusal(**salon.settings)

"""`/healthz` and `/readyz`: what machines ask, in time, and without hurting anybody."""

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from errno import EIO, ENOSPC
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import DatabaseError, connection

from salon import __version__, health
from salon.health import KEPT_SECONDS, PATIENCE_SECONDS, Check, verdict
from tests.people import anonymous
from tests.server import Server
from tests.services import processes, wait_until
from tests.workers import salon_without_worker, serving

ON_POSTGRES = pytest.mark.skipif(os.environ.get("TESTS_ON") != "postgres", reason="SQLite is no neighbour that could be away")
CHECKS = {"database", "migrations", "storage", "worker"}


def ready(url: str) -> tuple[int, str, dict[str, str]]:
    answer = httpx.get(f"{url}/readyz", timeout=10)
    said = answer.json()
    return answer.status_code, said["status"], {name: word for name, word in said["checks"].items() if word != "ok"}


def test_every_neighbour_is_named(server: Server) -> None:
    with anonymous(server) as client:
        answer = client.get("/readyz")
        assert set(answer.json()) == {"status", "checks"}
        assert set(answer.json()["checks"]) == CHECKS | ({"redis"} if settings.ENV.redis_url else set())
        assert "no-store" in answer.headers["Cache-Control"]
        assert client.get("/healthz").json() == {"status": "ok", "version": __version__}


@pytest.mark.once
def test_without_a_worker_it_is_degraded_and_with_one_it_is_ok(tmp_path: Path) -> None:
    with salon_without_worker(tmp_path) as salon:
        assert ready(salon.server.url) == (200, "degraded", {"worker": "none is alive"})
        assert salon.server.stop() == 0
        with serving(salon) as server:
            wait_until("the worker is heard of", lambda: ready(server.url) == (200, "ok", {}))


@pytest.mark.once
def test_with_migrations_to_come_or_no_place_to_write_it_takes_nobody(tmp_path: Path) -> None:
    with salon_without_worker(tmp_path) as salon:
        salon.sql("DELETE FROM django_migrations WHERE app = 'rooms' AND name LIKE '0003%'")
        wait_until("it is noticed", lambda: ready(salon.server.url)[2].get("migrations") == "not up to date")
        assert ready(salon.server.url)[:2] == (503, "unavailable")
        salon.sql("INSERT INTO django_migrations (app, name, applied) VALUES ('rooms', '0003_photos_complete', '2026-01-01')")
        wait_until("it is well again", lambda: ready(salon.server.url)[0] == 200)
        media = tmp_path / "media"
        media.rename(tmp_path / "elsewhere")
        media.touch()
        wait_until("it is noticed", lambda: ready(salon.server.url)[2].get("storage") == "cannot be written")
        assert ready(salon.server.url)[:2] == (503, "unavailable")


@ON_POSTGRES
def test_a_database_that_hangs_is_told_of_in_time_and_one_that_is_back_is_ok(server: Server) -> None:
    """It is stopped, not killed: the worse case, in which it neither answers nor refuses."""
    postmaster = next(process for process in processes if b"postgres" in Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")[0])
    postmaster.send_signal(signal.SIGSTOP)
    try:
        wait_until("it is noticed", lambda: ready(server.url)[:2] == (503, "unavailable"))
        began = time.monotonic()
        assert ready(server.url)[2]["database"] == "does not answer"
        assert time.monotonic() - began < PATIENCE_SECONDS + 1
    finally:
        postmaster.send_signal(signal.SIGCONT)
    wait_until("it is back", lambda: ready(server.url)[0] == 200)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ({"database": "ok", "redis": "ok"}, "ok"),
        ({"database": "does not answer"}, "unavailable"),
        ({"migrations": "not up to date"}, "unavailable"),
        ({"migrations": "does not answer", "database": "ok"}, "degraded"),
        ({"storage": "cannot be written"}, "unavailable"),
        ({"storage": "full"}, "degraded"),
        ({"storage": "almost full"}, "degraded"),
        ({"redis": "does not answer"}, "degraded"),
        ({"worker": "none is alive"}, "degraded"),
    ],
)
def test_the_verdict(words: dict[str, str], status: str) -> None:
    assert verdict(words) == status


def test_space_that_runs_out_is_told_before_and_after(monkeypatch: pytest.MonkeyPatch) -> None:
    assert health.storage() == "ok"
    monkeypatch.setattr(settings, "MAX_UPLOAD_BYTES", 10**15)
    assert health.storage() == "almost full"
    for code, word in ((ENOSPC, "full"), (EIO, "cannot be written")):
        monkeypatch.setattr(os, "fsync", failing(OSError(code, "no")))
        assert health.storage() == word
    assert list(Path(settings.MEDIA_ROOT).glob(".probe*")) == []


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*arguments: Any) -> None:
        raise error

    return fail


def test_a_thousand_questions_cost_as_much_as_one() -> None:
    asked = []
    check = Check(lambda: asked.append(time.monotonic()) or "ok")  # type: ignore[func-returns-value]
    with ThreadPoolExecutor(8) as strangers:
        assert set(strangers.map(lambda _: check.start()(), range(1000))) == {"ok"}
    assert len(asked) <= 1 + (time.monotonic() - asked[0]) / KEPT_SECONDS
    check.asked_at -= KEPT_SECONDS
    before = len(asked)
    assert check.start()() == "ok"
    assert len(asked) == before + 1


def test_a_check_that_hangs_is_waited_for_once_and_by_nobody_else() -> None:
    over = threading.Event()
    asked = []

    def hang() -> str:
        asked.append(1)
        over.wait(60)
        return "ok"

    check = Check(hang)
    began = time.monotonic()
    assert check.start()() == "does not answer"
    assert PATIENCE_SECONDS <= time.monotonic() - began < PATIENCE_SECONDS + 1
    again = time.monotonic()
    assert check.start()() == "does not answer"
    assert time.monotonic() - again < 0.5
    over.set()
    assert check.asked is not None
    check.asked.result(10)
    assert asked == [1]
    check.asked_at -= KEPT_SECONDS
    assert check.start()() == "ok"


def test_an_error_says_no_more_than_that_there_is_no_answer() -> None:
    assert Check(failing(DatabaseError("password of salon is hunter2"))).start()() == "does not answer"


@ON_POSTGRES
def test_the_database_s_vanishing_is_noticed_by_libpq_too() -> None:
    """The options reach the very connections that Salon uses, and what the address says goes before."""
    connection.ensure_connection()
    used = connection.connection.info.get_parameters()
    assert {name: used[name] for name in ("keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout")} == {
        "keepalives_idle": "15",
        "keepalives_interval": "5",
        "keepalives_count": "3",
        "tcp_user_timeout": "30000",
    }

"""`/metrics`: what an operator's monitoring reads, and nobody else."""

import re
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from rooms import tasks
from tests.people import Cast, Person
from tests.pictures import picture
from tests.workers import salon_without_worker, serving

TOKEN = "a token that only the monitoring knows"


def values(text: str, name: str) -> dict[str, float]:
    """Value by labels."""
    return {labels: float(value) for labels, value in re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", text, re.MULTILINE)}


@pytest.mark.once
def test_the_queue_is_told_with_its_age_and_its_workers(tmp_path: Path) -> None:
    with salon_without_worker(tmp_path, SALON_METRICS_TOKEN=TOKEN) as salon:
        address, bearer = f"{salon.server.url}/metrics", {"Authorization": f"Bearer {TOKEN}"}
        empty = httpx.get(address, headers=bearer)
        assert empty.headers["Content-Type"].startswith("text/plain")
        assert values(empty.text, "salon_tasks")['state="ready",task="develop"'] == 0
        assert values(empty.text, "salon_task_oldest_ready_seconds") == {'task="develop"': 0}
        assert values(empty.text, "salon_workers") == {"": 0}
        assert values(empty.text, "process_resident_memory_bytes")[""] > 1_000_000
        salon.add(picture())
        salon.add(picture())
        waiting = httpx.get(address, headers=bearer).text
        assert values(waiting, "salon_tasks")['state="ready",task="develop"'] == 2
        assert 0 < values(waiting, "salon_task_oldest_ready_seconds")['task="develop"'] < 60


@pytest.mark.once
def test_a_living_worker_is_counted(tmp_path: Path) -> None:
    with salon_without_worker(tmp_path, SALON_METRICS_TOKEN=TOKEN) as salon:
        salon.sql("INSERT INTO rooms_worker VALUES ('dead', '2020-01-01 00:00:00')")
        assert salon.server.stop() == 0
        with serving(salon) as server:
            text = httpx.get(f"{server.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
            assert values(text, "salon_workers") == {"": 1}


def get(person: Person | None = None, authorization: str = "") -> int:
    client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": authorization})
    if person is not None:
        client.cookies["salon_session"] = person.session
    return client.get("/metrics").status_code


def test_only_the_token_and_staff_read_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    token = f"Bearer {TOKEN}"
    assert get(authorization=token) == 404  # none is set, so none fits
    assert get(authorization="Bearer None") == 404
    monkeypatch.setattr(settings.ENV, "metrics_token", TOKEN)
    assert get(authorization=token) == 200
    assert get() == get(cast.olive) == 404
    cast.olive.user.is_staff = True
    cast.olive.user.save()
    assert get(cast.olive) == 200
    for wrong in ("Bearer wrong", "Bearer ", "Bearer ä", f"Basic {TOKEN}", f"Bearer {cast.olive.token}"):
        assert get(authorization=wrong) == 404
    assert get(cast.olive, authorization="Bearer wrong") == 404
    cast.olive.user.is_active = False
    cast.olive.user.save()
    assert get(cast.olive) == 404


def test_reading_costs_as_much_with_many_tasks_as_with_few(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.ENV, "metrics_token", TOKEN)
    client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {TOKEN}"})

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/metrics").status_code == 200
        return len(queries)

    count()  # caches of the process are warm, as they are in a running one
    few = count()
    paths = [f"made.up.{uuid4().hex}" for _ in range(3)] + [tasks.develop.module_path]
    made = DBTaskResult.objects.bulk_create(
        DBTaskResult(
            status="FAILED",
            args_kwargs={"args": [], "kwargs": {}},
            task_path=paths[number % 4],
            backend_name="default",
            run_after=timezone.now(),
        )
        for number in range(200)
    )
    assert count() == few == 2
    DBTaskResult.objects.filter(pk__in=[result.pk for result in made]).delete()

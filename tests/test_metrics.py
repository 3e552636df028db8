"""`/metrics`: what an operator's monitoring reads, and nobody else."""

import os
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
from salon import metrics
from salon.metrics import StorageCollector
from tests.people import Cast, Person, open_socket
from tests.pictures import moving, picture
from tests.server import REPOSITORY
from tests.services import free_port, wait_until
from tests.test_sockets import events_until, frame
from tests.workers import Salon, salon_without_worker, serving, shared_salon, works

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
        salon.add(moving("GIF"))
        salon.add(moving("GIF", duration=130))
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

    monkeypatch.setattr(StorageCollector, "KEPT_SECONDS", -1.0)  # so that photos are counted each time
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
    assert count() == few == 4
    DBTaskResult.objects.filter(pk__in=[result.pk for result in made]).delete()


def read(salon: Salon) -> str:
    return httpx.get(f"{salon.api.base_url.copy_with(path='/metrics')}", headers={"Authorization": f"Bearer {TOKEN}"}).text


@pytest.mark.once
def test_requests_are_counted_by_what_was_asked_and_never_by_whom_or_for_which(tmp_path: Path) -> None:
    with salon_without_worker(tmp_path, SALON_METRICS_TOKEN=TOKEN) as salon:
        room = salon.room
        for _ in range(3):
            assert salon.api.get(f"/rooms/{room}").status_code == 200
        salon.api.get("/rooms/of-somebody-else")
        salon.api.request("BREW", "/coffee")
        text = read(salon)
    counts = values(text, "salon_request_seconds_count")
    assert counts['method="GET",route="api/v1/rooms/<slug:room>",status="2xx"'] == 3
    assert counts['method="GET",route="api/v1/rooms/<slug:room>",status="4xx"'] == 1
    assert counts['method="OTHER",route="none",status="4xx"'] == 1
    assert values(text, "salon_request_seconds_sum")['method="GET",route="api/v1/rooms/<slug:room>",status="2xx"'] > 0
    assert room not in text
    assert "BREW" not in text


@pytest.mark.once
def test_sockets_and_what_they_are_sent_are_counted_with_its_lag(tmp_path: Path) -> None:
    with salon_without_worker(tmp_path, SALON_METRICS_TOKEN=TOKEN) as salon:
        bearer = {"Authorization": salon.api.headers["Authorization"]}
        with open_socket(salon.server, salon.room, bearer) as one, open_socket(salon.server, salon.room, bearer) as other:
            frame(one), frame(other)
            seq = salon.api.patch(f"/rooms/{salon.room}", json={"name": "N"}).json()["seq"]
            events_until(one, seq), events_until(other, seq)
            text = read(salon)
            assert values(text, "salon_sockets") == {"": 2}
            assert values(text, "salon_events_delivered_total") == {"": 2}
            assert values(text, "salon_frames_total")[""] >= 4
            assert values(text, "salon_delivery_lag_seconds_count") == {"": 1}
            assert 0 < values(text, "salon_delivery_lag_seconds_sum")[""] < 5
            assert values(text, "salon_loop_tasks")[""] > 2
        wait_until("both are gone", lambda: values(read(salon), "salon_sockets") == {"": 0})


@pytest.mark.once
def test_photos_their_making_and_the_disk_are_told(tmp_path: Path) -> None:
    content = picture()
    with salon_without_worker(tmp_path, SALON_METRICS_TOKEN=TOKEN) as salon:
        salon.add(content)
        assert salon.api.post(f"/rooms/{salon.room}/photos", files={"file": ("a", content[:-200])}).status_code == 422
        begun = {"Tus-Resumable": "1.0.0", "Upload-Length": "9"}
        assert salon.api.post(f"/rooms/{salon.room}/uploads", headers=begun).status_code == 201
        text = read(salon)
        made = values(text, "salon_ingest_seconds_count")
        assert made['format="jpeg",outcome="ok",step="inspect"'] == 1
        assert made['format="jpeg",outcome="broken",step="inspect"'] == 1
        assert sum(values(text, "salon_photos").values()) == 1
        assert sum(values(text, "salon_photo_bytes").values()) == len(content)
        assert values(text, "salon_uploads_open") == {"": 1}
        assert 0 < values(text, "salon_disk_free_bytes")[""] < values(text, "salon_disk_bytes")[""]


@pytest.mark.skipif(os.environ.get("TESTS_ON") != "postgres", reason="a worker of its own needs PostgreSQL")
def test_a_worker_shows_what_it_counts_to_whoever_has_the_token(tmp_path: Path) -> None:
    with shared_salon(tmp_path) as salon:
        port = free_port()
        address, bearer = f"http://127.0.0.1:{port}/metrics", {"Authorization": f"Bearer {TOKEN}"}
        told = {"SALON_WORKER_METRICS_PORT": str(port), "SALON_METRICS_TOKEN": TOKEN}
        with works(tmp_path, salon.settings, **told) as work:
            photo = salon.add(moving("GIF"))
            wait_until("it is developed", lambda: salon.state(photo) == "ready")
            answer = httpx.get(address, headers=bearer)
            assert answer.status_code == 200
            assert values(answer.text, "process_resident_memory_bytes")[""] > 1_000_000
            assert values(answer.text, "salon_ingest_seconds_count") == {'format="gif",outcome="ok",step="derive"': 1}
            for headers in ({}, {"Authorization": "Bearer wrong"}):
                assert httpx.get(address, headers=headers).status_code == 404
            assert httpx.get(f"http://127.0.0.1:{port}/", headers=bearer).status_code == 404
            assert work.stop() == 0


def test_the_table_of_the_guide_has_every_metric_and_no_other(cast: Cast) -> None:
    guide = (REPOSITORY / "docs" / "operations.md").read_text()
    documented = set(re.findall(r"^\| `(salon_\w+)` \|", guide, re.MULTILINE))
    shown = {f"{metric.name}_total" if metric.type == "counter" else metric.name for metric in metrics.registry.collect()}
    assert {name for name in shown if name.startswith("salon_")} == documented

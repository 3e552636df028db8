"""What becomes of a photo when developing it goes wrong, and of tasks whose worker is gone."""

import errno
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, transaction
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from rooms import files, tasks
from rooms.actions import development
from rooms.ingest.sandbox import DecodeError
from rooms.models import Event, Photo, PhotoState, Worker
from salon import roll
from salon.worker import TaskWorker
from tests.people import Cast, problem
from tests.pictures import picture
from tests.rows import made_up_photo
from tests.services import wait_until

FULL = OSError(errno.ENOSPC, "No space left on device")
QUOTA = OSError(errno.EDQUOT, "Disk quota exceeded")
READ_ONLY = OSError(errno.EROFS, "Read-only file system")
DAY = timedelta(days=1)


@pytest.fixture
def photo(cast: Cast) -> Photo:
    """Developing, with its original, and queued by nobody."""
    made = made_up_photo(cast.membership(cast.cleo), seq=1, state=PhotoState.DEVELOPING)
    made.save(force_insert=True)
    files.keep(files.name_of(made, "original"), picture())
    return made


def state_of(photo: Photo) -> str:
    photo.refresh_from_db()
    return photo.state


def attempts(photo: Photo) -> list[DBTaskResult[..., Any]]:
    return [result for result in DBTaskResult.objects.all() if str(photo.pk) in result.args_kwargs["args"]]


def develop(photo: Photo, monkeypatch: pytest.MonkeyPatch, error: Exception, failures: int = 0) -> None:
    def fail(photo: Photo) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "make_derivatives", fail)
        tasks.develop.call(str(photo.pk), failures)


@pytest.mark.parametrize("error", [FULL, READ_ONLY, OperationalError("server closed"), EOFError(), DecodeError("work")], ids=repr)
@pytest.mark.parametrize("failures", [0, 3])
def test_after_a_passing_trouble_a_photo_waits_for_another_attempt(
    photo: Photo, monkeypatch: pytest.MonkeyPatch, error: Exception, failures: int
) -> None:
    before = timezone.now()
    develop(photo, monkeypatch, error, failures)
    (next_,) = attempts(photo)
    assert next_.args_kwargs["args"] == [str(photo.pk), failures + 1]
    assert tasks.WAITS[failures] <= (next_.run_after - before).total_seconds() < tasks.WAITS[failures] + 5
    assert state_of(photo) == "developing"


def test_the_waits_grow_and_begin_with_seconds() -> None:
    assert list(tasks.WAITS) == sorted(set(tasks.WAITS))
    assert tasks.WAITS[0] <= 10
    assert sum(tasks.WAITS) >= 600  # somebody may have to be woken up to free a disk


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (FULL, tasks.DISK_FULL),
        (QUOTA, tasks.DISK_FULL),
        (READ_ONLY, tasks.STORAGE),
        (OperationalError("server closed"), tasks.STORAGE),
        (DecodeError("work"), tasks.TOO_MUCH),
    ],
    ids=repr,
)
def test_when_the_trouble_does_not_pass_the_photo_says_what_to_do(
    photo: Photo, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    develop(photo, monkeypatch, error, len(tasks.WAITS))
    assert (state_of(photo), photo.error) == ("failed", sentence)
    assert "Try again" in sentence
    assert attempts(photo) == []


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DecodeError("damage", "broken data stream"), tasks.DAMAGED),
        (DecodeError("pixels"), tasks.DAMAGED),
        (FileNotFoundError(errno.ENOENT, "gone"), tasks.LOST),
        (KeyError("a mistake of ours"), tasks.BROKEN),
    ],
    ids=repr,
)
def test_what_never_heals_fails_at_once(photo: Photo, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str) -> None:
    develop(photo, monkeypatch, error)
    assert (state_of(photo), photo.error) == ("failed", sentence)
    assert attempts(photo) == []


@pytest.mark.once
@pytest.mark.parametrize("name", ["DAMAGED", "LOST", "DISK_FULL", "TOO_MUCH", "STORAGE", "BROKEN", "FATAL"])
def test_every_sentence_fits(name: str) -> None:
    assert len(getattr(tasks, name)) <= (Photo._meta.get_field("error").max_length or 0)


@pytest.fixture
def failed(photo: Photo) -> Photo:
    development.settle(photo, PhotoState.FAILED, tasks.DISK_FULL)
    return photo


def test_a_failed_photo_is_tried_again_by_whoever_added_it_or_curates(cast: Cast, failed: Photo) -> None:
    path = f"{cast.path}/photos/{failed.pk}"
    assert cast.vic.api.get(path).json()["error"] == tasks.DISK_FULL
    problem(cast.vic.api.post(f"{path}/retry"), 403)
    problem(cast.sam.api.post(f"{path}/retry"), 404)
    assert state_of(failed) == "failed"
    answer = cast.cleo.api.post(f"{path}/retry")
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["error"]) == ("developing", "")
    wait_until("it is developed", lambda: cast.vic.api.get(path).json()["state"] == "ready")
    kinds = Event.objects.filter(room=cast.room, data__id=str(failed.pk)).order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["photo.failed", "photo.changed", "photo.ready"]
    assert cast.mo.api.post(f"{path}/retry").json()["seq"] == cast.vic.api.get(path).json()["seq"]  # a ready one stays as it is


def test_a_failed_photo_that_was_added_again_meanwhile_is_not_tried(cast: Cast, failed: Photo) -> None:
    again = made_up_photo(cast.membership(cast.cleo), seq=2, state=PhotoState.READY)
    again.sha256 = failed.sha256
    again.save(force_insert=True)
    assert problem(cast.mo.api.post(f"{cast.path}/photos/{failed.pk}/retry"), 409)["code"] == "duplicate"
    assert state_of(failed) == "failed"
    assert attempts(failed) == []


def test_a_removed_photo_is_not_tried(cast: Cast, failed: Photo) -> None:
    cast.cleo.api.delete(f"{cast.path}/photos/{failed.pk}")
    problem(cast.cleo.api.post(f"{cast.path}/photos/{failed.pk}/retry"), 404)


def test_a_photo_that_went_for_good_while_it_was_developed_is_forgotten(photo: Photo) -> None:
    events = Event.objects.filter(room=photo.room).count()
    Photo.objects.filter(pk=photo.pk).delete()
    development.settle(photo, PhotoState.READY)
    assert Event.objects.filter(room=photo.room).count() == events


@task
def chore() -> None:
    """Any other task."""


def test_fresh_photos_go_before_those_that_failed_and_both_before_other_tasks() -> None:
    with transaction.atomic():  # and rolled back, so that no worker sees them
        queued = {
            chore.enqueue().id: "other",
            tasks.develop.using(priority=tasks.AGAIN).enqueue(str(uuid4())).id: "failed",
            tasks.develop.enqueue(str(uuid4())).id: "fresh",
        }
        order = [queued[str(result.id)] for result in DBTaskResult.objects.ready() if str(result.id) in queued]
        transaction.set_rollback(True)
    assert order == ["fresh", "failed", "other"]


def running(photo: Photo, *workers: str) -> DBTaskResult[..., Any]:
    """A task that these workers had in hand, one after another. The last is heard of or not; the others are not."""
    return DBTaskResult.objects.create(
        status=TaskResultStatus.RUNNING,
        started_at=timezone.now(),
        args_kwargs={"args": [str(photo.pk)], "kwargs": {}},
        task_path=tasks.develop.module_path,
        worker_ids=list(workers),
        backend_name="default",
        run_after=get_date_max(),
        exception_class_path="",
        traceback="",
    )


def worker(seen: timedelta) -> str:
    name = f"made-up-{uuid4().hex}"
    Worker.objects.create(id=name, seen_at=timezone.now() + seen)
    return name


def is_in_hand(result: DBTaskResult[..., Any]) -> bool:
    workers = result.worker_ids
    result.refresh_from_db()
    return (result.status, result.worker_ids) == (TaskResultStatus.RUNNING, workers)


@pytest.mark.parametrize("seen", [-timedelta(seconds=31), None], ids=["silent", "never heard of"])
def test_a_task_of_a_dead_worker_is_done_by_a_living_one(cast: Cast, photo: Photo, seen: timedelta | None) -> None:
    dead = "never-heard-of" if seen is None else worker(seen)
    result = running(photo, dead)
    wait_until("the server's worker has done it", lambda: state_of(photo) == "ready")
    wait_until("that is written down", lambda: DBTaskResult.objects.get(pk=result.pk).status == TaskResultStatus.SUCCESSFUL)
    result.refresh_from_db()
    assert result.worker_ids[0] == dead
    assert len(result.worker_ids) == 2
    assert Event.objects.filter(room=cast.room, kind="photo.ready").count() == 1


def test_a_task_of_a_living_worker_is_left_to_it(photo: Photo) -> None:
    alive, silent = running(photo, worker(DAY)), running(photo, worker(-timedelta(seconds=31)))
    roll.take_from_the_dead()
    assert not is_in_hand(silent)
    assert is_in_hand(alive)
    alive.delete()


def test_a_task_that_took_down_four_workers_takes_down_no_fifth(photo: Photo) -> None:
    fatal = running(photo, "first", "second", "third", "fourth")
    roll.take_from_the_dead()
    fatal.refresh_from_db()
    assert fatal.status == TaskResultStatus.FAILED
    assert "WorkerLostError" in fatal.exception_class_path
    assert (state_of(photo), photo.error) == ("failed", tasks.FATAL)
    tasks.queue_forgotten()
    assert attempts(photo) == [fatal]


def test_a_worker_takes_back_what_it_no_longer_has_in_hand(photo: Photo) -> None:
    me = worker(DAY)
    lost, held = running(photo, me), running(photo, me)
    roll.take_back(me, {held.pk})
    assert not is_in_hand(lost)
    assert me not in lost.worker_ids  # it did not die of it
    assert is_in_hand(held)
    roll.leave(me, {held.pk})
    assert not is_in_hand(held)
    assert not Worker.objects.filter(pk=me).exists()


def test_a_worker_that_was_not_heard_itself_gives_the_others_time_before_it_calls_them_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[float] = []
    monkeypatch.setattr(roll, "take_from_the_dead", lambda: rounds.append(time.monotonic()))
    worker = TaskWorker(1)
    worker.go_round()
    worker.go_round()
    assert len(rounds) == 2
    assert worker.last_beat is not None
    worker.last_beat -= 25  # the database was away
    worker.go_round()
    worker.go_round()
    assert len(rounds) == 2
    assert time.monotonic() + 25 < worker.deaf_until < time.monotonic() + 35
    worker.deaf_until = time.monotonic()
    worker.go_round()
    assert len(rounds) == 3
    roll.leave(worker.id, ())


def test_workers_and_tasks_of_yesterday_are_forgotten(photo: Photo) -> None:
    gone, here = worker(-2 * DAY), worker(timedelta(0))
    done = {age: running(photo) for age in (0, 2)}
    failed = {age: running(photo) for age in (2, 15)}
    for status, results in ((TaskResultStatus.SUCCESSFUL, done), (TaskResultStatus.FAILED, failed)):
        for age, result in results.items():
            DBTaskResult.objects.filter(pk=result.pk).update(status=status, finished_at=timezone.now() - age * DAY)
    roll.forget_old()
    assert [name for name in (gone, here) if Worker.objects.filter(pk=name).exists()] == [here]
    assert {result.pk for result in attempts(photo)} == {done[0].pk, failed[2].pk}

"""The roll of worker processes: who is alive, and what becomes of the tasks of those who are not.

Time is the database's own. The clocks of two machines may differ by more than the silence that counts as death.
"""

import logging
from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from rooms import tasks
from rooms.models import Worker

logger = logging.getLogger(__name__)

type Result = DBTaskResult[..., Any]

SILENCE = timedelta(seconds=30)  # counts as death: three heartbeats, of which one may be late and one lost
DEATHS = 4  # of workers over one task; then it is the task
KEPT = timedelta(days=1)
FAILED_KEPT = timedelta(days=14)  # somebody may still want to know why


class WorkerLostError(Exception):
    """The processes that had this task in hand were not heard of again."""


def beat(worker_id: str) -> None:
    """This worker is alive."""
    if not Worker.objects.filter(pk=worker_id).update(seen_at=Now()):
        Worker.objects.create(pk=worker_id, seen_at=Now())


def alive() -> QuerySet[Worker]:
    return Worker.objects.filter(seen_at__gt=Now() - SILENCE)


def leave(worker_id: str, in_hand: Collection[UUID]) -> None:
    """This worker ends, and others may have at once what it could not finish."""
    for result in DBTaskResult.objects.running().filter(pk__in=in_hand):
        give_back(result, result.worker_ids[:-1])
    Worker.objects.filter(pk=worker_id).delete()


def take_from_the_dead() -> None:
    """What workers had in hand that are alive no more can be done by anybody."""
    # In this order: who claims a task has said before that they live.
    running = list(DBTaskResult.objects.running())
    living = set(alive().values_list("pk", flat=True))
    for result in running:
        if result.worker_ids[-1] not in living:
            give_back_or_up(result)


def take_back(worker_id: str, in_hand: Collection[UUID]) -> None:
    """Tasks of this very worker that it no longer has in hand: the database went away before it could hear how they ended."""
    for result in DBTaskResult.objects.running():
        if result.worker_ids[-1] == worker_id and result.pk not in in_hand:
            give_back(result, result.worker_ids[:-1])


def give_back_or_up(result: Result) -> None:
    if len(result.worker_ids) < DEATHS:
        logger.warning("Worker %s was not heard of for %d s; others do its task", result.worker_ids[-1], SILENCE.total_seconds())
        give_back(result, result.worker_ids)
        return
    logger.error("Task %s is given up: %d workers died while they had it in hand", result.id, len(result.worker_ids))
    tasks.give_up(result.task_path, result.args_kwargs["args"])
    result.set_failed(WorkerLostError(", ".join(result.worker_ids)))


def give_back(result: Result, worker_ids: list[str]) -> None:
    # Only if nobody has finished it, or given it back and claimed it, since it was read.
    same = DBTaskResult.objects.running().filter(pk=result.pk, started_at=result.started_at)
    same.update(status=TaskResultStatus.READY, worker_ids=worker_ids)


def forget_old() -> None:
    """Workers and tasks of yesterday."""
    Worker.objects.filter(seen_at__lt=Now() - KEPT).delete()
    done = Q(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=Now() - KEPT)
    failed = Q(status=TaskResultStatus.FAILED, finished_at__lt=Now() - FAILED_KEPT)
    DBTaskResult.objects.filter(done | failed).delete()

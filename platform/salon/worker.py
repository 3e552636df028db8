"""The task worker inside `serve`: one thread that does what django-tasks-db's own worker process does."""

import asyncio
import logging

from asgiref.sync import sync_to_async
from django.db import Error
from django.tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from rooms import tasks

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.1  # a photo waits half of this on average; the question costs a fraction of a millisecond
RETRY_SECONDS = 2
SWEEP_SECONDS = 60


class EmbeddedWorker:
    def __init__(self) -> None:
        self.worker = Worker(
            queue_names=["*"],
            interval=POLL_SECONDS,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id="embedded",
            excluded_queue_names=[],
        )
        self.stopped = asyncio.Event()

    async def run(self) -> None:
        # sync_to_async, not a bare thread: the tasks' broadcasts must run on this very loop, where the in-memory channel
        # layer's queues live, and async_to_sync finds the loop only from a thread that sync_to_async started.
        sweep = asyncio.create_task(self.sweep())
        while self.worker.running:
            try:
                await sync_to_async(take_up_again, thread_sensitive=False)()
                await sync_to_async(self.worker.run, thread_sensitive=False)()
            except Error:
                logger.exception("The worker lost the database and tries again")
                await asyncio.sleep(RETRY_SECONDS)
        sweep.cancel()
        self.stopped.set()

    async def sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await sync_to_async(tasks.tidy_up, thread_sensitive=False)()
            except Error:
                logger.warning("Could not tidy up; the next round will", exc_info=True)

    async def stop(self) -> None:
        self.worker.running = False
        await self.stopped.wait()


def take_up_again() -> None:
    """Tasks that this worker had in hand when it was killed or lost the database, and photos whose task is gone.

    Other workers on the same database may be at one of these tasks right now. Then a photo is developed twice, which does no
    harm: only the first to finish tells the room.
    """
    DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).update(status=TaskResultStatus.READY)
    tasks.queue_forgotten()

"""The task worker: beside the server in `serve`, a process of its own in `work`.

Tasks run in threads, each decode in a child process of theirs. What the threads broadcast runs on the loop that runs the worker.
"""

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from django.db import Error, transaction
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from rooms import tasks
from rooms.notifications import rounds as notifications
from salon import roll
from salon.roll import Result

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.1  # a photo waits half of this on average; the question costs a fraction of a millisecond
RETRY_SECONDS = 2
BEAT_SECONDS = 10
TIDY_SECONDS = 60
NOTIFY_SECONDS = 5
GRACE_SECONDS = 6  # for the tasks in hand when it stops; `serve` gives everything seven


class TaskWorker:
    def __init__(self, threads: int) -> None:
        self.id = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
        self.threads = threads
        self.hands = hands(self.id)
        # Threads of its own, and two more than tasks, so that the heart beats while all tasks are long.
        self.pool = ThreadPoolExecutor(threads + 2, thread_name_prefix="worker")
        self.polling = asyncio.Lock()
        self.in_hand: set[UUID] = set()
        self.chores: list[asyncio.Task[None]] = []
        self.last_beat: float | None = None  # seconds of the monotonic clock
        self.deaf_until = 0.0
        self.stopping = False
        self.stopped = asyncio.Event()
        self.stopped.set()

    async def run(self) -> None:
        """Do tasks until `stop`."""
        self.stopped.clear()
        rounds = ((BEAT_SECONDS, self.go_round), (TIDY_SECONDS, tidy_up), (NOTIFY_SECONDS, notifications.go_round))
        self.chores = [asyncio.create_task(self.every(seconds, do)) for seconds, do in rounds]
        await asyncio.gather(*(self.do_tasks() for _ in range(self.threads)))
        await self.leave()
        self.stopped.set()

    async def stop(self) -> None:
        """Take nothing new, finish what is in hand, and give back what takes longer than GRACE_SECONDS."""
        self.stopping = True
        try:
            await asyncio.wait_for(self.stopped.wait(), GRACE_SECONDS)
        except TimeoutError:
            logger.warning("Stopped with %d tasks unfinished; another worker does them, or this one at its next start", len(self.in_hand))
            await self.leave()

    async def leave(self) -> None:
        for chore in self.chores:
            chore.cancel()
        try:
            await self.in_thread(roll.leave, self.id, tuple(self.in_hand))
        except Error as error:
            logger.warning("Could not give back the tasks in hand; others will find out (%s)", error)

    async def do_tasks(self) -> None:
        while not self.stopping:
            result = await self.next_task()
            if result is not None:
                await self.in_thread(self.perform, result)

    async def next_task(self) -> Result | None:
        async with self.polling:  # one question at a time, however many threads there are
            try:
                result = None if self.stopping else await self.in_thread(self.claim)
                pause = 0 if result is not None else POLL_SECONDS
            except Error as error:
                logger.warning("The worker lost the database and tries again (%s)", error)
                result, pause = None, RETRY_SECONDS
            except Exception:
                logger.exception("The worker could not ask for a task and tries again")
                result, pause = None, RETRY_SECONDS
            await asyncio.sleep(pause)
            return result

    async def every(self, seconds: float, do: Callable[[], None]) -> None:
        while True:
            try:
                await self.in_thread(do)
            except Exception:
                logger.warning("%s did not work; the next round will do it", do.__name__, exc_info=True)
            await asyncio.sleep(seconds)

    async def in_thread(self, do: Callable[..., Any], *arguments: Any) -> Any:
        # Not a bare thread: the tasks' broadcasts must run on this very loop, where the in-memory channel layer's queues live,
        # and async_to_sync finds the loop only from a thread that sync_to_async started.
        return await database_sync_to_async(do, thread_sensitive=False, executor=self.pool)(*arguments)

    def claim(self) -> Result | None:
        ready = DBTaskResult.objects.ready()
        if self.last_beat is None or not ready.exists():  # asked without a transaction: on SQLite each one takes the only lock
            return None
        result = None
        try:
            with transaction.atomic():
                result = ready.get_locked()
                if result is not None:
                    self.in_hand.add(result.pk)  # before anybody can see it running under our name
                    result.claim(self.id)
        except Error:
            if result is not None:
                self.in_hand.discard(result.pk)
            raise
        return result

    def perform(self, result: Result) -> None:
        try:
            self.hands.run_task(result)
        except Exception:
            logger.warning("How task %s ended could not be written down; it is done once more", result.id, exc_info=True)
        finally:
            self.in_hand.discard(result.pk)

    def go_round(self) -> None:
        """Say that we live; then see who does not."""
        if self.stopping:
            return
        roll.beat(self.id)
        now = time.monotonic()
        if self.last_beat is not None and now - self.last_beat > 2 * BEAT_SECONDS:
            # The database did not hear us, so it may not have heard the others either. They get their time to speak again.
            self.deaf_until = now + roll.SILENCE.total_seconds()
        self.last_beat = now
        roll.take_back(self.id, self.in_hand)
        if now >= self.deaf_until:
            roll.take_from_the_dead()


def tidy_up() -> None:
    roll.forget_old()
    tasks.tidy_up()
    notifications.forget_old()


def hands(worker_id: str) -> Any:
    """django-tasks-db's own worker. It runs a task and writes down how that ended; the rest of it is not used."""
    return db_worker.Worker(
        queue_names=["*"],
        interval=POLL_SECONDS,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=worker_id,
        excluded_queue_names=[],
    )

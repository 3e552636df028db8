import asyncio
import logging
import os
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections

from salon import data_folder, measures, metrics
from salon.management.commands.serve import refuse_absent_database, refuse_old_database


class Command(BaseCommand):
    help = "Run the task worker as a process of its own, beside servers that share PostgreSQL and Redis."
    requires_system_checks = "__all__"

    def handle(self, **options: Any) -> None:
        if data_folder.is_for_one(connections[DEFAULT_DB_ALIAS].vendor, settings.ENV.redis_url):
            raise CommandError(
                "With SQLite, or without Redis, nobody would hear of what this worker does. `manage.py serve` has a worker of its own; "
                "to run one beside it, set both DATABASE_URL (PostgreSQL) and REDIS_URL."
            )
        refuse_absent_database()
        refuse_old_database()
        asyncio.run(self.work())
        # What has not finished by now may wait for ever for the loop that has stopped, and Python waits for its thread. Whatever it
        # has in hand was given back.
        logging.shutdown()
        os._exit(0)

    async def work(self) -> None:
        from salon.worker import TaskWorker

        asked, loop = asyncio.Event(), asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, asked.set)
        measures.watch_loop(loop)
        self.offer_metrics(settings.ENV.worker_metrics_port)
        worker = TaskWorker(settings.ENV.worker_threads)
        running = asyncio.create_task(worker.run())
        self.stdout.write(f"Salon's worker {worker.id} is at work, {worker.threads} photos at a time. Ctrl-C stops it.")
        self.stdout.flush()
        stop = asyncio.create_task(asked.wait())
        await asyncio.wait([running, stop], return_when=asyncio.FIRST_COMPLETED)
        await worker.stop()
        if running.done():
            running.result()  # raises what ended it, if it was not the stopping

    def offer_metrics(self, port: int | None) -> None:
        try:
            if port is not None:
                metrics.serve_worker(port)
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {settings.ENV.host}:{port}: {error}. Choose another with SALON_WORKER_METRICS_PORT."
            ) from None

import logging
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations.executor import MigrationExecutor

from salon import data_folder
from salon.logs import Announcement

LOOPBACK = ("127.0.0.1", "::1", "localhost")
CONNECT_SECONDS = 5  # for each of a host's addresses, of which there are mostly one or two


class Command(BaseCommand):
    help = "Run Salon: web server, live sockets and, unless told otherwise, the task worker."
    requires_system_checks = "__all__"

    def add_arguments(self, parser: CommandParser) -> None:
        # No --host: which names Salon answers to follows from SALON_HOST when the settings are read, before any option is.
        parser.add_argument("--port", type=int, default=settings.ENV.port, help="port to listen on (default: SALON_PORT or %(default)s)")
        parser.add_argument("--no-worker", action="store_true", help="leave tasks to a worker process")

    def handle(self, *, port: int, no_worker: bool, **options: Any) -> None:
        alone = data_folder.is_for_one(connections[DEFAULT_DB_ALIAS].vendor, settings.ENV.redis_url)
        try:
            with data_folder.held_alone(settings.ENV.data_dir) if alone else nullcontext():
                self.serve(port, worker=not no_worker)
        except data_folder.InUseError:
            raise CommandError(
                f"Another Salon is already running on this data folder ({settings.ENV.data_dir}). "
                "Stop it first, choose another with SALON_DATA_DIR, or give both PostgreSQL and Redis to share."
            ) from None

    def serve(self, port: int, *, worker: bool) -> None:
        host = settings.ENV.host
        refuse_absent_database()
        refuse_old_database()
        data_folder.sweep(settings.ENV.data_dir / "incoming")
        settings.SERVED_ON_LOOPBACK = host in LOOPBACK and not settings.ENV.proxies  # strangers come by a proxy
        self.set_up_unattended()
        from salon.server import SalonServer  # installs the reactor, which only a server should do
        from salon.worker import TaskWorker

        task_worker = TaskWorker(settings.ENV.worker_threads) if worker else None
        server = SalonServer(host=host, port=port, worker=task_worker, announce=self.announce)
        server.run()
        if server.failure:
            raise CommandError(f"Cannot listen on {host}:{port}: {server.failure} Choose another with PORT=8001.")

    def set_up_unattended(self) -> None:
        from accounts import people, setup

        email, password = settings.ENV.owner_email, settings.ENV.owner_password
        if not (email and password and setup.is_needed()):
            return
        try:
            people.refuse_unfit(email, password, "")
            owner = people.add_owner(email, password, "")
        except ValidationError as error:
            variable = "SALON_OWNER_PASSWORD" if "password" in error.message_dict else "SALON_OWNER_EMAIL"
            raise CommandError(f"Salon cannot make the owner account.\n  {variable}: {' '.join(error.messages)}") from None
        except people.AlreadySetUpError:  # another server was faster
            return
        self.say(f"Made the owner account {owner.email}.")

    def announce(self, port: int) -> None:
        host = settings.ENV.host
        name = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
        here = f"{f'[{name}]' if ':' in name else name}:{port}"
        address = settings.PUBLIC_URL or f"http://{published() or here}"
        lines = [
            f"Salon is listening on {host}:{port}; data is in {settings.ENV.data_dir}.",
            f"Open {self.first_address(address)}",
            "Ctrl-C stops it.",
        ]
        self.say("\n".join(lines))  # at once: whoever waits for the first line finds the second

    def first_address(self, address: str) -> str:
        from accounts import setup

        if not setup.is_needed():
            return address
        if settings.SERVED_ON_LOOPBACK and not settings.PUBLIC_URL:
            return f"{address}/setup to make your account."
        return f"{address}/setup?token={setup.token()} to make your account."

    def say(self, text: str) -> None:
        if settings.ENV.log_format == "json":
            text = "\n".join(as_object(line) for line in text.splitlines())
        self.stdout.write(text)
        self.stdout.flush()


def as_object(line: str) -> str:
    """As the log's lines look."""
    return Announcement().format(logging.makeLogRecord({"name": __name__, "levelname": "INFO", "msg": line}))


def published() -> str | None:
    """Where whoever runs us in a container is listening for us."""
    publish = settings.ENV.publish
    return f"localhost:{publish}" if publish and publish.isdecimal() else publish


def refuse_absent_database() -> None:
    # One connection outside the pool, which would go on trying, warn all the while, and not say why.
    probe = connections[DEFAULT_DB_ALIAS].copy()
    if probe.vendor == "postgresql":
        options = {name: value for name, value in probe.settings_dict["OPTIONS"].items() if name != "pool"}
        probe.settings_dict["OPTIONS"] = options | {"connect_timeout": CONNECT_SECONDS}
    try:
        probe.ensure_connection()
    except OperationalError as error:
        raise CommandError(f"The database cannot be reached: {str(error).splitlines()[0]}\n  Start it, or correct DATABASE_URL.") from None
    finally:
        probe.close()


def refuse_old_database() -> None:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("The database is not up to date. Run: manage.py migrate")

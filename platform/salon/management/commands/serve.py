from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Command(BaseCommand):
    help = "Run Salon: web server, live sockets and, unless told otherwise, the task worker."
    requires_system_checks = "__all__"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.ENV.host, help="address to listen on (default: SALON_HOST or %(default)s)")
        parser.add_argument("--port", type=int, default=settings.ENV.port, help="port to listen on (default: SALON_PORT or %(default)s)")
        parser.add_argument("--no-worker", action="store_true", help="leave tasks to a worker process")

    def handle(self, *, host: str, port: int, no_worker: bool, **options: Any) -> None:
        self.host = host
        refuse_old_database()
        settings.SERVED_ON_LOOPBACK = host in LOOPBACK
        self.set_up_unattended()
        from salon.server import SalonServer  # installs the reactor, which only a server should do
        from salon.worker import EmbeddedWorker

        server = SalonServer(host=host, port=port, worker=None if no_worker else EmbeddedWorker(), announce=self.announce)
        server.run()
        if server.failure:
            raise CommandError(f"Cannot listen on {host}:{port}: {server.failure} Choose another with PORT=8001.")

    def set_up_unattended(self) -> None:
        from accounts import people

        if settings.ENV.owner_email and settings.ENV.owner_password:
            try:
                owner = people.add_owner(settings.ENV.owner_email, settings.ENV.owner_password, "")
            except people.AlreadySetUpError:
                return
            self.say(f"Made the owner account {owner.email}.")

    def announce(self, port: int) -> None:
        name = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        address = settings.PUBLIC_URL or f"http://{f'[{name}]' if ':' in name else name}:{port}"
        self.say(f"Salon is listening on {self.host}:{port}; data is in {settings.ENV.data_dir}.")
        self.say(f"Open {self.first_address(address)}")
        self.say("Ctrl-C stops it.")

    def first_address(self, address: str) -> str:
        from accounts import setup

        if not setup.is_needed():
            return address
        if settings.SERVED_ON_LOOPBACK:
            return f"{address}/setup to make your account."
        return f"{address}/setup?token={setup.token()} to make your account."

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def refuse_old_database() -> None:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("The database is not up to date. Run: manage.py migrate")

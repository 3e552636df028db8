"""PostgreSQL and Redis for the peers that need them, and Django set up on both."""

import os
import shutil
import signal
import sys
from urllib.parse import urlsplit

from tests import services
from tests.bench.live import machine
from tests.server import REPOSITORY


class Backing:
    """Started at its first use, and only then: a run of Node servers needs neither."""

    def __init__(self) -> None:
        self.redis_url = ""
        self.ready = False  # Django has settings

    @property
    def redis_port(self) -> int:
        return urlsplit(self.redis_url).port or 0

    @staticmethod
    def missing() -> str | None:
        absent = [name for name in ("initdb", "postgres", "redis-server") if services.find_program(name) is None]
        return f"{' and '.join(absent)} not installed; tests/programs installs them on Debian" if absent else None

    def start(self) -> None:
        if self.redis_url:
            return
        for name in [name for name in os.environ if name.startswith("SALON_") or name in ("DATABASE_URL", "REDIS_URL")]:
            del os.environ[name]
        services.FOLDER.chmod(0o755)  # PostgreSQL may run as another user
        database_url, self.redis_url = services.start_postgres(), services.start_redis()
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "salon.settings",
            "SALON_DATA_DIR": str(services.FOLDER / "data"),
            "DATABASE_URL": database_url,
            "REDIS_URL": self.redis_url,
        }
        sys.path.insert(1, str(REPOSITORY / "platform"))
        import django
        from django.core.management import call_command

        django.setup()
        self.ready = True
        call_command("migrate", verbosity=0)

    def stop(self) -> None:
        if self.ready:
            from django.db import connections

            for connection in connections.all():
                connection.close()
                if hasattr(connection, "close_pool"):
                    connection.close_pool()
        for process in reversed(services.processes):
            machine.stop(process, signal.SIGINT)  # to PostgreSQL "do not wait for clients"; to Redis the same as SIGTERM
        shutil.rmtree(services.FOLDER, ignore_errors=True)

"""A database of the run's own: in the cluster of a test run, or in one that is started for it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

from tests import services


@contextmanager
def own_database(cluster: str | None) -> Iterator[str]:
    """`cluster` is the address of one that runs already. Whatever DATABASE_URL says in the shell is left alone."""
    running = cluster or services.start_postgres()
    name = f"chaos_{uuid4().hex[:12]}"
    try:
        execute(running, f'CREATE DATABASE "{name}"')
        yield f"{running.rpartition('/')[0]}/{name}"
    finally:
        if cluster is None:
            services.pytest_unconfigure()
        else:
            execute(running, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def execute(cluster: str, statement: str) -> None:
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(statement.encode())


def set_up_django(folder: Path, **environment: str) -> None:
    for name in [name for name in os.environ if name.startswith("SALON_")]:
        del os.environ[name]  # the shell's settings are not the test's business
    os.environ |= {"DJANGO_SETTINGS_MODULE": "salon.settings", "SALON_DATA_DIR": str(folder / "data")} | environment
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def let_go_of_database() -> None:
    from django.db import connections

    for connection in connections.all():
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()

"""Questions to what Salon stands on. Each returns what it saw or raises what went wrong; `health.py` and `checkup/` make words of it."""

import errno
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from redis import Redis

from salon import roll

PATIENCE_SECONDS = 2
UPLOADS_TO_SPARE = 10  # largest uploads that must still fit on the disk


@contextmanager
def connected() -> Iterator[BaseDatabaseWrapper]:
    """A connection outside the pool, which may be used up by the very trouble that is looked for, and waits longer than we do."""
    probe = connections[DEFAULT_DB_ALIAS].copy()
    if probe.vendor == "postgresql":
        options = {name: value for name, value in probe.settings_dict["OPTIONS"].items() if name != "pool"}
        probe.settings_dict["OPTIONS"] = options | {"connect_timeout": PATIENCE_SECONDS}
    try:
        yield probe
    finally:
        probe.close()


def database() -> tuple[str, float]:
    """Its version, and how many seconds a question takes."""
    with connected() as probe, probe.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute("SELECT 1")
        seconds = time.perf_counter() - began
        cursor.execute("SHOW server_version" if probe.vendor == "postgresql" else "SELECT sqlite_version()")
        return f"{probe.display_name} {cursor.fetchone()[0]}", seconds


def database_time() -> datetime:
    with connected() as probe, probe.cursor() as cursor:
        cursor.execute("SELECT now()" if probe.vendor == "postgresql" else "SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')")
        now = cursor.fetchone()[0]
        return now if isinstance(now, datetime) else datetime.fromisoformat(now)


@cache
def migrations_of_this_version() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).graph.nodes)


def pending_migrations() -> list[str]:
    """`app.name` of those this version has and the database has not."""
    with connected() as probe:
        applied = MigrationRecorder(probe).applied_migrations()
    return sorted(".".join(key) for key in migrations_of_this_version() - set(applied))


def redis() -> str:
    """Its version."""
    timeouts = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    with Redis.from_url(settings.ENV.redis_url or "", **timeouts) as client:
        client.ping()
        return str(client.info("server")["redis_version"])


def storage() -> int:
    """Write and remove a small file where photos go; how many bytes are free there."""
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".probe.{uuid.uuid4().hex}"
    try:
        with draft.open("xb") as file:
            file.write(b"Salon was here")
            file.flush()
            os.fsync(file.fileno())
    finally:
        draft.unlink(missing_ok=True)
    return shutil.disk_usage(folder).free


def is_full(error: OSError) -> bool:
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def spare_bytes() -> int:
    """With less than this the disk counts as almost full."""
    return UPLOADS_TO_SPARE * int(settings.MAX_UPLOAD_BYTES)


def workers() -> int:
    """How many are alive."""
    with connected() as probe, probe.cursor() as cursor:
        sql, parameters = roll.alive().values("pk").query.get_compiler(connection=probe).as_sql()
        cursor.execute(sql, parameters)
        return len(cursor.fetchall())

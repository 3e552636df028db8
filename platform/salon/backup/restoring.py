"""A Salon from a backup. Nothing is touched before all of it was read and found whole."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections

from accounts.models import User
from rooms import files
from rooms.models import Room
from salon.backup import keys, photos, rows
from salon.backup.making import FORMAT, KEYS, MANIFEST, MEDIA, ROWS, summary
from salon.backup.progress import Progress, in_words
from salon.backup.tarball import DamagedError, Unpacker

STAGING = ".restoring"  # beside the media, so that files need only be renamed
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


class RefusedError(Exception):
    """Why this backup is not restored here. Nothing was touched."""


@dataclass
class Report:
    manifest: dict[str, Any]
    missing: list[str] = field(default_factory=list)
    keys_left: list[str] = field(default_factory=list)


def restore(source: IO[bytes], say: Callable[[str], None], *, replace: bool) -> Report:
    """Raises DamagedError or RefusedError before, and only before, anything is changed."""
    refuse_others()
    if not replace:
        refuse_full()
    with files.nothing_erased(), staging() as folder:
        unpacker, facts = opened(source)
        say(f"Restoring {summary(facts)}, backed up {facts['made_at']} by Salon {facts['salon']}.")
        refuse_little_space(facts)
        unpacker.unpack(folder, Progress(facts["bytes"], say))
        say("The backup is whole. Putting it in place.")
        return put_in_place(folder, facts, say)


def check(source: IO[bytes], say: Callable[[str], None]) -> dict[str, Any]:
    """Whether it could be restored, as far as the backup itself is concerned."""
    unpacker, facts = opened(source)
    say(f"Reading {summary(facts)}, backed up {facts['made_at']} by Salon {facts['salon']}.")
    unpacker.unpack(None, Progress(facts["bytes"], say))
    return facts


def opened(source: IO[bytes]) -> tuple[Unpacker, dict[str, Any]]:
    unpacker = Unpacker(source, MANIFEST)
    try:
        facts = json.loads(unpacker.first)
        newer = facts["format"] > FORMAT or rows.unknown((app, name) for app, name in facts["migrations"])
    except (ValueError, KeyError, TypeError):
        raise DamagedError("The first part of this backup cannot be read.") from None
    if newer:
        raise RefusedError(f"This backup was made by a newer Salon ({facts['salon']}). Upgrade this one first.")
    return unpacker, facts


def refuse_others() -> None:
    """The lock of `serve` keeps servers on SQLite away; on PostgreSQL its other connections tell."""
    if connection.vendor != "postgresql":
        return
    pool = connections[DEFAULT_DB_ALIAS]
    pool.close()
    pool.close_pool()  # type: ignore[attr-defined]
    alone = pool.copy()
    alone.settings_dict["OPTIONS"] = {name: value for name, value in alone.settings_dict["OPTIONS"].items() if name != "pool"}
    with alone.cursor() as cursor:
        others = cursor.execute(OTHERS).fetchone()[0]
    alone.close()
    if others:
        raise RefusedError(f"{others} other connections use this database. Stop Salon's servers and workers first.")


def refuse_full() -> None:
    there = set(connection.introspection.table_names())
    if any(model._meta.db_table in there and model._base_manager.exists() for model in (User, Room)):
        raise RefusedError(
            "There are people or rooms in this Salon, and a restore would replace them. Say --replace if that is what you want."
        )
    if strange := rows.strange_tables():
        raise RefusedError(
            f"There is more than Salon in this database ({', '.join(strange[:3])}), and a restore would remove it. Give Salon its own."
        )


def refuse_little_space(facts: dict[str, Any]) -> None:
    free = shutil.disk_usage(files.path("")).free
    if free < facts["bytes"]:
        raise RefusedError(f"This backup needs more than {in_words(facts['bytes'])} of space, and {in_words(free)} are free.")


@contextmanager
def staging() -> Iterator[Path]:
    folder = files.path(STAGING)
    shutil.rmtree(folder, ignore_errors=True)  # of a restore that was killed
    folder.mkdir(parents=True, mode=0o700)  # it holds keys for a while
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(folder: Path, facts: dict[str, Any], say: Callable[[str], None]) -> Report:
    move(folder / MEDIA)
    shutil.rmtree(files.path("shown"), ignore_errors=True)  # of photos that may have been removed in what comes back
    os.sync()  # the rows must not outlive a power cut that their files did not
    with (folder / ROWS).open("rb") as lines:
        rows.replace([(app, name) for app, name in facts["migrations"]], lines)
    call_command("migrate", verbosity=0)
    report = Report(facts)
    for key in sorted((folder / KEYS).iterdir()):
        if not keys.put_back(key.name, key.read_bytes()):
            report.keys_left.append(key.name)
    say("Looking after every photo's files.")
    report.missing = photos.missing()
    return report


def move(media: Path) -> None:
    for source in media.rglob("*"):
        if source.is_file():
            target = files.path(str(source.relative_to(media)))
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)

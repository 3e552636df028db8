"""The rows of every table, as lines of JSON that any database Salon runs on can take back.

Each table begins with a line that names its columns; each line after it is a row.
"""

import datetime
import json
import uuid
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import batched, groupby
from typing import IO, Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F
from django.utils.duration import duration_iso_string

AT_ONCE = 1000
JUMP = 1_000_000  # more events than a room sees between two backups
Migration = tuple[str, str]  # app and name
AS_TEXT: dict[type, Callable[[Any], str]] = {
    datetime.datetime: datetime.datetime.isoformat,  # Django's own JSON drops the microseconds
    datetime.date: datetime.date.isoformat,
    datetime.time: datetime.time.isoformat,
    datetime.timedelta: duration_iso_string,
    uuid.UUID: str,
    Decimal: str,
    bytes: lambda value: b64encode(value).decode(),
    memoryview: lambda value: b64encode(value).decode(),
}


@contextmanager
def snapshot() -> Iterator[None]:
    """Reads in the block see the database as it was at the first of them, and keep nobody from writing."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # Django's own would be IMMEDIATE, and make all writers wait
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def dump(out: IO[bytes]) -> None:
    for model in tables(apps):
        columns = [field.attname for field in model._meta.concrete_fields if not field.generated]
        write(out, {"model": model._meta.label_lower, "columns": columns})
        for row in model._base_manager.order_by("pk").values_list(*columns).iterator(AT_ONCE):
            write(out, row)


def write(out: IO[bytes], line: object) -> None:
    out.write(json.dumps(line, default=as_text, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")


def as_text(value: object) -> str:
    return AS_TEXT[type(value)](value)


def tables(registry: Any) -> list[type[models.Model]]:
    return [model for model in registry.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy]


def applied() -> list[Migration]:
    return sorted(MigrationRecorder(connection).applied_migrations())


def unknown(migrations: Iterable[Migration]) -> list[Migration]:
    """Those that this Salon does not have: they belong to a newer one."""
    nodes = MigrationLoader(None).graph.nodes
    return [migration for migration in migrations if migration not in nodes]


def strange_tables() -> list[str]:
    known = {model._meta.db_table for model in tables(apps)} | {MigrationRecorder.Migration._meta.db_table}
    return sorted(set(connection.introspection.table_names()) - known)


def replace(migrations: Iterable[Migration], lines: IO[bytes]) -> None:
    """Drop every table, make them as they were when the rows were read, and fill them, at one stroke."""
    drop_tables()
    targets = newest(set(migrations))
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    then = executor.loader.project_state(targets).apps
    with transaction.atomic():
        for model in tables(then):
            model._base_manager.all()._raw_delete(connection.alias)  # what migrations put there comes back with the rows
        load(then, lines)
        begin_new_journals(then)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), tables(then)):
                cursor.execute(statement)
        connection.check_constraints()


def drop_tables() -> None:
    names = connection.introspection.table_names()
    with connection.schema_editor() as editor:
        for name in names:
            editor.execute(editor.sql_delete_table % {"table": editor.quote_name(name)})


def newest(migrations: set[Migration]) -> list[Migration]:
    """The last ones of each app. Naming an earlier one too would take back what came after it."""
    nodes = MigrationLoader(None).graph.nodes
    followed = {parent for node in migrations for parent in nodes[node].dependencies if parent[0] == node[0]}
    return sorted(migrations - followed)


def load(registry: Any, lines: IO[bytes]) -> None:
    for model, columns, rows in by_table(registry, lines):
        known = {field.attname: field for field in model._meta.concrete_fields}
        fields: list[Any] = [known[name] for name in columns]
        for field in fields:
            field.auto_now = field.auto_now_add = False  # times stay what they were
        for batch in batched(rows, AT_ONCE, strict=False):
            model._base_manager.bulk_create(filled(model, fields, row) for row in batch)


def filled(model: type[models.Model], fields: list[Any], row: list[Any]) -> models.Model:
    return model(**{field.attname: field.to_python(value) for field, value in zip(fields, row, strict=True)})


def by_table(registry: Any, lines: IO[bytes]) -> Iterator[tuple[type[models.Model], list[str], Iterator[list[Any]]]]:
    read = (json.loads(line) for line in lines)
    for is_head, run in groupby(read, key=lambda line: isinstance(line, dict)):
        if is_head:
            *_, head = run  # of tables without rows only the heads are there
        else:
            yield registry.get_model(head["model"]), head["columns"], run


def begin_new_journals(registry: Any) -> None:
    """Browsers may know events that came after the backup, and new ones must not be taken for those: they read their rooms afresh."""
    registry.get_model("rooms.event")._base_manager.all()._raw_delete(connection.alias)
    registry.get_model("rooms.room")._base_manager.update(seq=F("seq") + JUMP)
    # The backup holds nothing of uploads under way, so none of their bytes count; their senders begin again by themselves.
    if upload := registry.all_models["rooms"].get("upload"):  # which the oldest versions do not have
        upload._base_manager.filter(photo=None).update(offset=0)

"""No migration may lock a large table for as long as its rows take. docs/decisions/0015-migrations.md has the rule."""

import os
import re
from collections.abc import Iterator

import pytest
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(os.environ.get("TESTS_ON") != "postgres", reason="on SQLite the whole file is locked, and small"),
]
OURS = ("accounts", "rooms")
BEFORE_THE_RULE = {
    ("accounts", "0001_initial"),
    ("rooms", "0001_initial"),
    ("rooms", "0002_journal_by_age"),
    ("rooms", "0003_photos_complete"),
}
SMALL = {"rooms_worker", "rooms_archive"}  # never more than some hundred rows
CONCURRENTLY = "use AddIndexConcurrently or RemoveIndexConcurrently, in a migration with atomic = False"
NOT_VALID = "use AddConstraintNotValid, and ValidateConstraint in the next migration"
TABLE = r'ALTER TABLE "(?P<table>\w+)" '
STABLE = r"(?!STATEMENT_TIMESTAMP|CURRENT_|now\b)"
LOCKS = [
    (r'CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY).* ON "(?P<table>\w+)"', CONCURRENTLY),
    (TABLE + r"ADD CONSTRAINT \S+ (?:UNIQUE|EXCLUDE|PRIMARY)", "make a unique index concurrently first, and the constraint from it"),
    (TABLE + r"ADD CONSTRAINT (?!.*NOT VALID)", NOT_VALID),
    (TABLE + r".*ALTER COLUMN \S+ TYPE", "it writes every row anew; add a column, fill it in batches, and change over"),
    (TABLE + r".*SET NOT NULL", "it reads every row; add a check constraint that is not valid, validate it, then set NOT NULL"),
    (TABLE + rf"ADD COLUMN .* DEFAULT \(?{STABLE}\w+\(", "a default that is another for each row writes them all anew; fill it in batches"),
    (TABLE + r"ADD COLUMN .* UNIQUE", "add the column, then a unique index concurrently"),
    (TABLE + r"ADD COLUMN .* GENERATED (?:BY DEFAULT|ALWAYS) AS", "it writes every row anew"),
    (r'(?:UPDATE|DELETE FROM) "?(?P<table>\w+)', "change rows in batches, each in a transaction of its own"),
    (r'(?:VACUUM FULL|CLUSTER|REINDEX (?:TABLE|INDEX) (?!CONCURRENTLY)) ?"?(?P<table>\w+)', "not in a migration"),
]


def objections(migration: Migration, state: ProjectState) -> Iterator[str]:
    """What it would do to those who use Salon meanwhile, and the way round it."""
    for operation in migration.operations:
        atomic = operation.atomic if getattr(operation, "atomic", None) is not None else migration.atomic
        if isinstance(operation, migrations.RunPython) and atomic:
            yield "RunPython in one transaction: set atomic = False, and change rows in batches"
    with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        migration.apply(state, editor, collect_sql=True)
    statements = [text for text in editor.collected_sql if not text.startswith("--")]
    made = {found[1] for text in statements if (found := re.match(r'CREATE TABLE "(\w+)"', text))}
    for text in statements:
        for pattern, way in LOCKS:
            found = re.match(pattern, text, re.IGNORECASE)
            if found and found["table"] not in made | SMALL:
                yield f"{text[:120]}: {way}"
                break


def test_no_migration_locks_a_large_table() -> None:
    loader = MigrationLoader(None)
    ours = [key for key in loader.graph.nodes if key[0] in OURS]
    assert set(ours) >= BEFORE_THE_RULE
    for key in set(ours) - BEFORE_THE_RULE:
        state = loader.project_state([parent.key for parent in loader.graph.node_map[key].parents])
        assert list(objections(loader.graph.nodes[key], state)) == [], key


def test_the_rule_would_have_refused_what_came_before_it() -> None:
    """So it really reads what a migration does."""
    loader = MigrationLoader(None)
    indexes = loader.graph.nodes["rooms", "0002_journal_by_age"]
    assert [text.partition(" ON ")[0] for text in objections(indexes, loader.project_state([("rooms", "0001_initial")]))] == [
        'CREATE INDEX "journal_by_age"'
    ]
    first = loader.graph.nodes["accounts", "0001_initial"]
    before = loader.project_state([parent.key for parent in loader.graph.node_map["accounts", "0001_initial"].parents])
    assert list(objections(first, before)) == []  # a table that is made in the same migration is empty


def nothing(apps: object, editor: object) -> None:
    """A change of data."""


POSITIVE = models.CheckConstraint(condition=models.Q(size__gte=0), name="size_is_positive")
BY_CAMERA = models.Index(fields=["format"], name="photos_by_format")
REFUSED: dict[str, tuple[Operation, str]] = {
    "an index": (migrations.AddIndex("photo", BY_CAMERA), "CONCURRENTLY"),
    "an indexed field": (migrations.AddField("photo", "tag", models.CharField(max_length=9, default="", db_index=True)), "CONCURRENTLY"),
    "a unique field": (migrations.AddField("photo", "tag", models.UUIDField(null=True, unique=True)), "then a unique index"),
    "a unique constraint": (
        migrations.AddConstraint("event", models.UniqueConstraint(fields=["room", "at"], name="one_at_a_time")),
        "unique index",
    ),
    "a check": (migrations.AddConstraint("photo", POSITIVE), "NOT_VALID"),
    "another type": (migrations.AlterField("photo", "size", models.TextField()), "every row anew"),
    "what may no longer be empty": (migrations.AlterField("photo", "taken_zone", models.SmallIntegerField(default=0)), ""),
    "a random default": (migrations.AddField("event", "key", models.UUIDField(db_default=RandomUUID())), "another for each row"),
    "a change of all rows": (migrations.RunSQL("UPDATE rooms_photo SET alt = caption"), "batches"),
    "a change of data in one piece": (migrations.RunPython(nothing), "batches"),
}
ALLOWED: dict[str, list[Operation]] = {
    "a field that may be empty": [migrations.AddField("photo", "tag", models.CharField(max_length=9, null=True))],
    "a field with a constant": [migrations.AddField("photo", "stars", models.SmallIntegerField(default=0))],
    "a field with a default of the database's": [migrations.AddField("photo", "stars", models.SmallIntegerField(db_default=0))],
    "a moment that is the same for all rows": [migrations.AddField("photo", "seen_at", models.DateTimeField(db_default=Now()))],
    "a new table with an index": [
        migrations.CreateModel("Star", [("id", models.BigAutoField(primary_key=True)), ("number", models.IntegerField(db_index=True))]),
    ],
    "a check in two steps": [AddConstraintNotValid("photo", POSITIVE), ValidateConstraint("photo", "size_is_positive")],
    "a small table": [migrations.AddIndex("worker", models.Index(fields=["seen_at"], name="workers_by_age"))],
    "other words": [migrations.AlterField("photo", "caption", models.CharField(max_length=500, blank=True, help_text="Said below it."))],
}


def sample(operations: list[Operation], *, atomic: bool = True) -> list[str]:
    migration = type("Migration", (Migration,), {"operations": operations, "atomic": atomic})("sample", "rooms")
    return list(objections(migration, MigrationLoader(None).project_state()))


@pytest.mark.parametrize("what", REFUSED)
def test_what_would_lock_is_refused_with_the_way_round_it(what: str) -> None:
    operation, way = REFUSED[what]
    (objection, *_) = sample([operation])
    assert {"CONCURRENTLY": CONCURRENTLY, "NOT_VALID": NOT_VALID}.get(way, way) in objection


@pytest.mark.parametrize("what", ALLOWED)
def test_what_is_harmless_is_let_through(what: str) -> None:
    assert sample(ALLOWED[what]) == []


def test_the_ways_round_it_are_let_through_where_they_work() -> None:
    assert sample([AddIndexConcurrently("photo", BY_CAMERA)], atomic=False) == []
    assert sample([migrations.RunPython(nothing)], atomic=False) == []
    assert sample([migrations.RunPython(nothing, atomic=False)]) == []

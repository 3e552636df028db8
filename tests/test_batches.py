"""Two hundred photos dropped at once: a short lock each, and no table is read from end to end."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from rooms.actions.admission import record_added
from rooms.models import Event, Membership, PhotoState
from tests.people import Cast
from tests.rows import fill, made_up_photo

BATCH = 200
AT_ONCE = 6
POSTGRES = pytest.mark.skipif(os.environ.get("TESTS_ON") != "postgres", reason="SQLite does not count its scans")


def add(member: Membership) -> None:
    try:
        record_added(member, made_up_photo(member, state=PhotoState.READY))
    finally:
        connections.close_all()


def drop_batch(cast: Cast) -> None:
    members = [cast.membership(cast.cleo) for _ in range(BATCH)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(add, members))


def test_a_batch_gets_numbers_without_gaps_however_many_hands_add_it(cast: Cast) -> None:
    before = cast.room.seq
    drop_batch(cast)
    seqs = Event.objects.filter(room=cast.room, seq__gt=before).order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(before + 1, before + BATCH + 1))


def test_what_happens_under_the_lock_does_not_grow_with_the_room(cast: Cast) -> None:
    member = cast.membership(cast.cleo)
    small = queries_under_lock(member)
    fill(member, 5_000)
    large = queries_under_lock(member)
    assert [sql.split()[0] for sql in small] == [sql.split()[0] for sql in large]
    assert len(small) <= 7


def queries_under_lock(member: Membership) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        record_added(member, made_up_photo(member, state=PhotoState.READY))
    said = [query["sql"] for query in queries]
    return said[next(place for place, sql in enumerate(said) if sql.startswith("UPDATE")) :]


@POSTGRES
def test_no_table_is_scanned(cast: Cast) -> None:
    member = cast.membership(cast.cleo)
    fill(member, 5_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        drop_batch(cast)
        cursor.execute("SELECT pg_stat_force_next_flush()")
        scanned = partial(scans, cursor)
        before = scanned()
        for _ in range(20):
            record_added(member, made_up_photo(member, state=PhotoState.READY))
        cursor.execute("SELECT pg_stat_force_next_flush()")
        assert scanned() == before


def scans(cursor: object) -> dict[str, int]:
    """How often each large table was read from end to end so far."""
    cursor.execute("SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname IN ('rooms_photo', 'rooms_event')")  # type: ignore[attr-defined]
    return dict(cursor.fetchall())  # type: ignore[attr-defined]

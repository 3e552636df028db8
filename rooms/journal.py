"""The journal: what happened in a room, numbered without gaps or ties.

`record` opens the one transaction of a change. It takes the room's row lock first, so numbers are handed out in the order in
which the changes commit, and a change that is rolled back takes its number back with it. What is announced is announced after
the commit, never before.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Min
from django.utils import timezone

from accounts.models import User
from rooms import broadcasts
from rooms.models import Event, Kind, Room

PAGE = 500
LARGEST_SEQ = 2**63 - 1  # what the column holds
PRUNED_AT_ONCE = 5000


@dataclass
class Entry:
    """The event being written. The action fills `data`, in the shape of the API."""

    seq: int
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)


class UnchangedError(Exception):
    """Raised inside `record` when it turns out that there is nothing to tell: takes everything back, the number too."""


@contextmanager
def record(room: Room, kind: Kind, actor: User | None) -> Iterator[Entry]:
    with record_many(room, kind, actor, 1) as (entry,):
        yield entry


@contextmanager
def record_many(room: Room, kind: Kind, actor: User | None, count: int) -> Iterator[list[Entry]]:
    """As many events of one kind, of which only the last is told: whoever hears it finds the others here."""
    with suppress(UnchangedError), transaction.atomic():
        room.seq = F("seq") + count
        room.save(update_fields=["seq"])  # takes the lock, and reads the new number back
        now = timezone.now()
        entries = [Entry(seq=seq, at=now) for seq in range(room.seq - count + 1, room.seq + 1)]
        yield entries
        events = [Event(room=room, seq=entry.seq, kind=kind, actor=actor, at=entry.at, data=entry.data) for entry in entries]
        Event.objects.bulk_create(events)
        transaction.on_commit(partial(broadcasts.tell, events[-1]))


@dataclass(frozen=True)
class Page:
    """Events after a number; `reset` when the journal does not reach back to it; `seq` is the room's newest."""

    events: list[Event]
    seq: int
    reset: bool


def newest_of(room_id: uuid.UUID) -> int:
    """Number of the room's newest event."""
    return Room.objects.values_list("seq", flat=True).get(pk=room_id)


def since(room_id: uuid.UUID, after: int, limit: int = PAGE, *, newest: int | None = None) -> Page:
    """The first `limit` events after `after`, in order. `newest` is the room's newest number where the caller has just read it."""
    # That number is read before the events: what commits in between is then on the page, and its absence can only mean
    # that it was pruned.
    seq = newest_of(room_id) if newest is None else newest
    events = list(Event.objects.filter(room_id=room_id, seq__gt=after).select_related("actor").order_by("seq")[:limit])
    follows = events[0].seq == after + 1 if events else after == seq
    if not follows:
        return Page(events=[], seq=seq, reset=True)
    return Page(events=events, seq=max(seq, events[-1].seq if events else 0), reset=False)


def prune(before: datetime) -> int:
    """Forget what happened before this moment, in each room from the beginning, so that no journal ever has a hole.

    Returns the number of events that went.
    """
    old = Event.objects.filter(at__lt=before).values("room").annotate(first=Min("seq"), last=Max("seq"))
    gone = 0
    for room in old:
        for seq in range(room["first"], room["last"] + 1, PRUNED_AT_ONCE):
            last = min(seq + PRUNED_AT_ONCE - 1, room["last"])
            gone += Event.objects.filter(room=room["room"], seq__lte=last).delete()[0]
    return gone

"""All photos of a room that match, as columns: what a grid needs to know of each before it shows any.

Twenty thousand photos are one question to the database, and none of them becomes an object.
"""

import uuid
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from math import log2
from typing import Any, Literal

from django.db.models import QuerySet

from rooms.models import HEART, Membership, Photo
from rooms.search import Search, folded

Sort = Literal["added", "taken"]
Row = tuple[Any, ...]  # in the order of PLAIN or DATED
PLAIN = ("id", "width", "height", "added_at")
DATED = (*PLAIN, "taken_at", "taken_zone")
SAID = ("uploader__name", "caption", "alt")
MINUTE = timedelta(minutes=1)
AT_ONCE = 2000  # rows in memory while their words are searched
SQUARE, STEPS = 128, 40  # the byte of a square, and how many more make a picture twice as wide


@dataclass(frozen=True)
class Wanted:
    sort: Sort = "added"
    by: uuid.UUID | None = None
    unseen: int | None = None
    favourites: bool = False
    q: str = ""


def columns_of(member: Membership, wanted: Wanted) -> dict[str, Any]:
    """The columns `ids`, `ratios` and `moments`, newest first, and how many photos they are of."""
    rows = rows_of(matching(member, wanted), Search(wanted.q), dated=wanted.sort == "taken")
    seconds = [row[3].timestamp() for row in rows]
    if wanted.sort == "taken":
        in_order = sorted(((clock(row).timestamp(), row[0], row) for row in rows), reverse=True)
        rows = [row for _, _, row in in_order]
        seconds = [moment for moment, _, _ in in_order]
    ratios = bytes(ratio(width, height) for _, width, height, *_ in rows)
    return {
        "total": len(rows),
        "ids": "".join(urlsafe_b64encode(row[0].bytes)[:22].decode() for row in rows),
        "ratios": b64encode(ratios).decode(),
        "moments": list(deltas(int(moment // 60) for moment in seconds)),
    }


def people_of(member: Membership) -> dict[str, str]:
    """The names of all who added what is shown in the room, by id."""
    uploaders = Photo.objects.shown().filter(room=member.room).exclude(uploader=None).order_by("uploader")
    return {str(pk): name for pk, name in uploaders.values_list("uploader", "uploader__name").distinct()}


def matching(member: Membership, wanted: Wanted) -> QuerySet[Photo]:
    found = Photo.objects.shown().filter(room=member.room).newest_first()
    if wanted.by is not None:
        found = found.filter(uploader=wanted.by)
    if wanted.unseen is not None:
        found = found.filter(added_seq__gt=wanted.unseen).exclude(uploader=member.user)
    if wanted.favourites:
        found = found.filter(reacted__user=member.user, reacted__emoji=HEART)
    return found


def rows_of(found: QuerySet[Photo], search: Search, *, dated: bool) -> list[Row]:
    if not search.words:
        return list(found.values_list(*(DATED if dated else PLAIN)))
    words = found.values_list(*DATED, *SAID).iterator(AT_ONCE)
    return [tuple(row) for *row, name, caption, alt in words if search.finds(folded(f"{name or ''}\n{caption}\n{alt}"), clock(row).date())]


def clock(row: Iterable[Any]) -> datetime:
    """When it was taken on the clock of that place, written as UTC; when it was added where nobody knows."""
    _, _, _, added_at, taken_at, taken_zone = row
    moment: datetime = taken_at or added_at
    return moment + MINUTE * taken_zone if taken_at and taken_zone else moment


@lru_cache(maxsize=4096)
def ratio(width: int, height: int) -> int:
    """Width by height as a byte b: 2 ** ((b - 128) / 40)."""
    return min(255, max(0, round(SQUARE + STEPS * log2(width / height))))


def deltas(numbers: Iterable[int]) -> Iterator[int]:
    """The first number, and what each other one adds to the one before."""
    return (number - last for last, number in pairwise([0, *numbers]))

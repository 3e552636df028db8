"""What people may correct about a photo."""

from datetime import UTC, datetime, timedelta
from typing import TypedDict

from rooms.models import Photo
from salon.errors import InvalidError

EDITED = ("caption", "alt", "taken_at")  # fields of a photo
EARLIEST, LATEST = datetime(1800, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)


class PhotoChanges(TypedDict, total=False):
    """`taken_at` without a zone is meant on the clock of the place where the photo was taken; None forgets it.

    `shift` moves what is known of it, so it is nothing to photos without a date.
    """

    caption: str
    alt: str
    taken_at: datetime | None
    shift: timedelta


def apply(photo: Photo, changes: PhotoChanges) -> bool:
    """Whether anything is otherwise now. Raises InvalidError for a date that cannot be."""
    before = [getattr(photo, field) for field in EDITED]
    photo.caption = changes.get("caption", photo.caption)
    photo.alt = changes.get("alt", photo.alt)
    if "taken_at" in changes:
        photo.taken_at = moment(changes["taken_at"], photo.taken_zone)
    if "shift" in changes and photo.taken_at is not None:
        photo.taken_at = moved(photo.taken_at, changes["shift"])
    return before != [getattr(photo, field) for field in EDITED]


def moment(said: datetime | None, zone: int | None) -> datetime | None:
    if said is None or said.tzinfo is not None:
        return said and moved(said, timedelta())
    return moved(said.replace(tzinfo=UTC), timedelta(minutes=-(zone or 0)))


def moved(moment: datetime, shift: timedelta) -> datetime:
    try:
        there = moment + shift
    except OverflowError:
        there = LATEST
    if not EARLIEST <= there < LATEST:
        raise InvalidError("A photo is taken between the years 1800 and 3000. Choose another date.", field="taken_at")
    return there

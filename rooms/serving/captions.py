"""What people said about the photos of an archive, as a table that any spreadsheet opens."""

import csv
import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC
from io import StringIO

from rooms.models import Photo
from rooms.serving.originals import moment_of

COLUMNS = ("file", "caption", "description", "taken", "added", "by")
# A spreadsheet takes such a cell for a formula, and a stranger's formula can send the table elsewhere. An apostrophe makes it text.
FORMULA = re.compile(r"[=+\-@\t\r\n]")


def table_of(photos: Iterable[tuple[str, Photo]], people: Mapping[uuid.UUID, str]) -> bytes:
    """Photos with their names in the archive, and the names of who added them. UTF-8 with the mark by which spreadsheets know it."""
    text = StringIO()
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for file, photo in photos:
        added = photo.added_at.astimezone(UTC).isoformat(timespec="seconds")
        person = people.get(photo.uploader_id, "") if photo.uploader_id else ""
        table.writerow(harmless(cell) for cell in (file, photo.caption, photo.alt, taken(photo), added, person))
    return text.getvalue().encode("utf-8-sig")


def taken(photo: Photo) -> str:
    """Without a zone where the camera did not say one."""
    if photo.taken_at is None:
        return ""
    moment = moment_of(photo)
    return (moment if photo.taken_zone is not None else moment.replace(tzinfo=None)).isoformat(timespec="seconds")


def harmless(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell

"""Files that belong to no row: left by a kill between the writing of a file and the commit of its row, or before a removal's files went.
The pictures in `shown` belong only to photos that are not removed.

Whoever is about to commit a row holds a lock on its original (see `files.py`), and the row is looked for after the lock was had.
So what is just coming is never taken for an orphan, however long its server was asleep.
"""

import logging
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from pathlib import Path

from django.db.models import QuerySet

from rooms import files
from rooms.models import Photo, Upload

logger = logging.getLogger(__name__)
AT_ONCE = 500
YOUNG_SECONDS = 3600  # a draft has its lock a moment after it was made; who looks in that moment must not take it


@dataclass(frozen=True)
class Owner:
    """A kind of file: the rows that such files belong to, and the file whose lock tells that a row is coming."""

    rows: Callable[[], QuerySet[Photo] | QuerySet[Upload]]
    lock: Callable[[Path, str], Path]


def open_uploads() -> QuerySet[Upload]:
    return Upload.objects.filter(photo=None)


def own_lock(path: Path, owner: str) -> Path:
    return path


def original_lock(path: Path, owner: str) -> Path:
    return files.path("originals") / path.parent.name / owner


OWNERS = {
    "originals": Owner(Photo.objects.all, own_lock),
    "derivatives": Owner(Photo.objects.all, original_lock),
    "shown": Owner(Photo.objects.shown, original_lock),
    "uploads": Owner(open_uploads, own_lock),
    "previews": Owner(open_uploads, lambda path, owner: files.path("uploads") / owner),
}


def sweep() -> int:
    """Remove the orphans. Returns how many there were."""
    gone = 0
    for kind, owner in OWNERS.items():
        for paths in batched(all_files(files.path(kind)), AT_ONCE, strict=False):
            gone += sum(taken_away(path, owner) for path in suspects(paths, owner))
    if gone:
        logger.info("Removed %d files that belonged to nothing", gone)
    return gone


def all_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else iter(())


def suspects(paths: Iterable[Path], owner: Owner) -> list[Path]:
    named = {path: identifier(path) for path in paths}
    known = {str(pk) for pk in owner.rows().filter(pk__in=[pk for pk in named.values() if pk]).values_list("pk", flat=True)}
    return [path for path, pk in named.items() if (is_old_draft(path) if pk is None else pk not in known)]


def identifier(path: Path) -> str | None:
    """Of the row that a file belongs to by its name; None for a draft, and for what is none of ours."""
    try:
        return str(uuid.UUID(path.name.split(".")[0]))
    except ValueError:
        return None


def is_old_draft(path: Path) -> bool:
    try:
        return path.name.startswith(files.DRAFT) and path.stat().st_ctime < time.time() - YOUNG_SECONDS
    except FileNotFoundError:
        return False


def taken_away(path: Path, owner: Owner) -> bool:
    try:
        return take_away(path, owner)
    except OSError as error:
        logger.warning("Could not look after %s: %s", path, error)
        return False


def take_away(path: Path, owner: Owner) -> bool:
    pk = identifier(path)
    with files.erasing() as may, files.unlocked(owner.lock(path, pk) if pk else path) as free:
        if not may or not free or (pk and owner.rows().filter(pk=pk).exists()):
            return False
        path.unlink(missing_ok=True)
        return True

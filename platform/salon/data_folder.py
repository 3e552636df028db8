"""The folder that holds a Salon's database, photos and keys, as `serve` takes it over."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ABANDONED_SECONDS = 24 * 3600  # no upload takes that long; a younger file may be another server's upload under way


class InUseError(Exception):
    """Another `serve` has the folder."""


def is_for_one(database: str, redis_url: str | None) -> bool:
    """Whether a second server would miss what the first one broadcasts, or fight it for SQLite's one write lock."""
    return database == "sqlite" or redis_url is None


@contextmanager
def held_alone(folder: Path) -> Iterator[None]:
    """Keep other servers out. The kernel holds the lock, so one that was killed does not leave it behind."""
    with (folder / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUseError from None
        yield


def sweep(incoming: Path) -> None:
    """Remove the uploads that a killed server left half received."""
    for path in incoming.iterdir():
        with suppress(FileNotFoundError):  # another server may be sweeping too
            if path.stat().st_mtime < time.time() - ABANDONED_SECONDS:
                path.unlink()

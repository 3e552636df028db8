"""Where a photo's bytes are. Names are made of identifiers only; nothing of what a person typed reaches the disk.

A file appears under its name only when it is whole and on the disk. Whoever is about to write the row that a file belongs to holds
a lock on the file until the row is committed; the sweep for orphans takes the same lock, so it can never take away what is just
coming. The kernel drops a lock with the process that held it.

While a backup runs no file of a photo goes: rows may, and the sweep takes what they leave once the backup is done.
"""

import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import InterfaceError, OperationalError

from rooms.models import Photo

ERASING = "erasing.lock"  # shared by those who erase files of photos, held alone by a backup
DRAFT = "."  # begins the name of a file that is being written
PATIENCE_SECONDS = 10
POLL_SECONDS = 0.02
Content = bytes | BinaryIO | Path  # a path is a file of ours, and is linked instead of copied


def original(room_id: uuid.UUID, photo_id: uuid.UUID) -> str:
    return f"originals/{room_id}/{photo_id}"


def derivative(room_id: uuid.UUID, photo_id: uuid.UUID, variant: str) -> str:
    return f"derivatives/{room_id}/{photo_id}.{variant}.webp"


def shown(room_id: uuid.UUID, photo_id: uuid.UUID, variant: str) -> str:
    """A second name of a derivative, in the folder that a web server in front of Salon reads. See `shown.py`."""
    return f"shown/{room_id}/{photo_id}.{variant}.webp"


def partial(upload_id: uuid.UUID) -> str:
    return f"uploads/{upload_id}"


def preview(room_id: uuid.UUID, upload_id: uuid.UUID) -> str:
    return f"previews/{room_id}/{upload_id}.webp"


def name_of(photo: Photo, variant: str) -> str:
    if variant == "original":
        return original(photo.room_id, photo.id)
    return derivative(photo.room_id, photo.id, variant)


def path(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / name


def read(name: str) -> BinaryIO:
    return path(name).open("rb")


def exists(name: str) -> bool:
    return path(name).is_file()


def size(name: str) -> int:
    return path(name).stat().st_size


def drop(name: str) -> None:
    path(name).unlink(missing_ok=True)


def link(name: str, other: str) -> bool:
    """Give a file a second name. False when it has it already, and where that cannot be done."""
    target = path(other)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path(name), target)
    except OSError:
        return False
    return True


def keep(name: str, content: Content) -> None:
    """Write a file, and have it on the disk before anything is said about it."""
    with kept({name: content}):
        pass


@contextmanager
def kept(contents: Mapping[str, Content]) -> Iterator[None]:
    """Files that stay if the block ends well, and go if it does not. Until then the sweep leaves them alone."""
    placed = []
    with ExitStack() as locks:
        try:
            for name, content in contents.items():
                locks.enter_context(place(path(name), content))
                placed.append(name)
            yield
        except (OperationalError, InterfaceError):
            raise  # the database went away, perhaps after the commit: the sweep will see whether there is a row
        except BaseException:
            for name in placed:
                drop(name)
            raise


def place(target: Path, content: Content) -> BinaryIO:
    """Put a whole file under its name. The open file that is returned holds the lock."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        with suppress(OSError):  # not every file system has links
            os.link(content, target)
            flush(target.parent)
            return target.open("rb")  # whoever writes an upload holds its lock already
    draft = target.with_name(f"{DRAFT}{target.name}.{uuid.uuid4().hex}")
    file = draft.open("xb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        fill(file, content)
        file.flush()
        os.fsync(file.fileno())
        draft.replace(target)
        flush(target.parent)  # the folder too: it holds the name
    except BaseException:
        file.close()
        draft.unlink(missing_ok=True)
        raise
    return file


def fill(file: BinaryIO, content: Content) -> None:
    if isinstance(content, bytes):
        file.write(content)
    elif isinstance(content, Path):
        with content.open("rb") as source:
            shutil.copyfileobj(source, file)
    else:
        content.seek(0)
        shutil.copyfileobj(content, file)


def flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class LockedError(Exception):
    """Somebody else is writing this file."""


@contextmanager
def only_writer(name: str, seconds: float = PATIENCE_SECONDS) -> Iterator[BinaryIO]:
    """The file, made if need be, for one writer at a time over all processes. Raises LockedError when the other takes too long."""
    end = time.monotonic() + seconds
    target = path(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with os.fdopen(os.open(target, os.O_RDWR | os.O_CREAT, 0o644), "r+b") as file:
            wait_for_lock(file, end)
            if os.fstat(file.fileno()).st_nlink:  # or it was removed while we waited, and another may have the name now
                yield file
                return


def wait_for_lock(file: BinaryIO, end: float) -> None:
    while not lock(file):
        if time.monotonic() > end:
            raise LockedError
        time.sleep(POLL_SECONDS)


@contextmanager
def unlocked(target: Path) -> Iterator[bool]:
    """Whether nobody writes this file or is about to commit its row; nobody begins to while the block runs."""
    try:
        file = target.open("r+b")  # some file systems lock only what is open for writing
    except FileNotFoundError:
        yield True
        return
    with file:
        yield lock(file)


def lock(file: BinaryIO, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def erasing() -> Iterator[bool]:
    """Whether files of photos may go just now; if not, leave them to the sweep."""
    with open_erasing_lock() as file:
        yield lock(file, fcntl.LOCK_SH)


@contextmanager
def nothing_erased(seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Every file that a row names in this block is there until its end. Raises LockedError while another block has the same wish."""
    with open_erasing_lock() as file:
        wait_for_lock(file, time.monotonic() + seconds)  # those who are erasing finish
        yield


def open_erasing_lock() -> BinaryIO:
    place = path(ERASING)
    place.parent.mkdir(parents=True, exist_ok=True)
    return place.open("ab")

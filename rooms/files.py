"""Where a photo's bytes are. Names are made of identifiers only; nothing of what a person typed reaches the disk."""

import os
import uuid
from pathlib import Path
from typing import BinaryIO, cast

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from rooms.models import Photo


def original(room_id: uuid.UUID, photo_id: uuid.UUID) -> str:
    return f"originals/{room_id}/{photo_id}"


def derivative(room_id: uuid.UUID, photo_id: uuid.UUID, variant: str) -> str:
    return f"derivatives/{room_id}/{photo_id}.{variant}.webp"


def name_of(photo: Photo, variant: str) -> str:
    if variant == "original":
        return original(photo.room_id, photo.id)
    return derivative(photo.room_id, photo.id, variant)


def keep(name: str, content: BinaryIO | bytes) -> None:
    """Write a file, and have it on the disk before anything is said about it."""
    default_storage.save(name, ContentFile(content) if isinstance(content, bytes) else File(content))
    if hasattr(default_storage, "location"):
        flush(Path(default_storage.path(name)))


def read(name: str) -> BinaryIO:
    return cast("BinaryIO", default_storage.open(name))


def exists(name: str) -> bool:
    return default_storage.exists(name)


def size(name: str) -> int:
    return default_storage.size(name)


def flush(path: Path) -> None:
    for place in (path, path.parent):  # the folder too: it holds the name
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def drop(name: str) -> None:
    default_storage.delete(name)

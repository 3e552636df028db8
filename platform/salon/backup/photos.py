"""Which files the rows name, and whether they are there."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from rooms import files
from rooms.ingest.derive import EDGES
from rooms.models import Photo, PhotoState


@dataclass(frozen=True, slots=True)
class Kept:
    """A photo's row, as far as its files are concerned."""

    id: uuid.UUID
    room_id: uuid.UUID
    sha256: str
    size: int
    state: str

    def names(self) -> Iterator[tuple[str, bool]]:
        """Of each file, and whether it must be there: what is not ready yet may still lack a picture."""
        yield files.original(self.room_id, self.id), True
        for variant in EDGES:
            yield files.derivative(self.room_id, self.id, variant), self.state == PhotoState.READY


def kept() -> list[Kept]:
    rows = Photo.objects.order_by("pk").values_list("id", "room_id", "sha256", "size", "state")
    return [Kept(*row) for row in rows.iterator()]


def missing() -> list[str]:
    """Files that rows name and that are not there, or whose size is not the row's."""
    return [name for photo in kept() for name, needed in photo.names() if needed and not is_there(photo, name)]


def is_there(photo: Kept, name: str) -> bool:
    if not files.exists(name):
        return False
    size = files.size(name)
    return size == photo.size if name.startswith("originals/") else size > 0

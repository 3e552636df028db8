import uuid
from typing import Self

from django.http import HttpRequest
from django.urls import reverse
from ninja import Router, Schema, Status

from rooms.access import room_for
from rooms.actions import archives as actions
from rooms.models import Archive
from rooms.serving.archives import lay_out, name_of
from rooms.serving.zip import Zip
from salon.auth import asker
from salon.moments import Moment

router = Router(tags=["archives"])


class ArchiveIn(Schema):
    photos: list[uuid.UUID] | None = None


class ArchiveOut(Schema):
    """`size` is in bytes, as the archive is now."""

    id: uuid.UUID
    name: str
    address: str
    size: int
    photos: int
    expires_at: Moment

    @classmethod
    def of(cls, archive: Archive, zip: Zip) -> Self:
        address = reverse("archive", args=[archive.room.slug, archive.id])
        return cls(
            id=archive.id, name=name_of(archive), address=address, size=zip.size, photos=len(archive.photos), expires_at=archive.expires_at
        )


@router.post("/rooms/{slug:room}/archives", response={201: ArchiveOut})
def create_archive(request: HttpRequest, room: str, body: ArchiveIn) -> Status[ArchiveOut]:
    """Gather photos for one download: these, or all that the room shows."""
    member = room_for(asker(request), room)
    archive = actions.create(member, body.photos)
    return Status(201, ArchiveOut.of(archive, lay_out(member, archive)))

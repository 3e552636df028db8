"""Bytes become a photo: the same way for a form and for the last piece of a resumable upload."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.db import IntegrityError, connection, transaction

from rooms import files, quotas, tasks
from rooms.access import Right
from rooms.actions import development
from rooms.actions.change import change
from rooms.ingest.inspect import Picture, inspect
from rooms.models import Edition, Kind, Membership, Photo, PhotoState, Room, Upload
from rooms.shapes.photos import PhotoOut
from salon.ids import new_id

CHUNK = 1024 * 1024
NOT_COLUMNS = ("pictures", "editions")  # of a Picture


@dataclass(frozen=True)
class Arrival:
    """Bytes that claim to be a photo, and what was said about them. `kept_at` is where they lie already, if they do."""

    file: BinaryIO
    size: int
    name: str = ""
    content_type: str = ""
    caption: str = ""
    alt: str = ""
    upload: Upload | None = None
    kept_at: Path | None = None


def admit(member: Membership, arrival: Arrival) -> tuple[Photo, bool]:
    """Add a photo; the second value is False when the room has these very bytes already and that photo is returned.

    Raises what `inspect` raises and QuotaError, and leaves neither a row nor a file behind when it raises.
    """
    connection.close()  # what follows reads and decodes for a while; others need the connection more
    picture = inspect(arrival.file, arrival.name, arrival.content_type)
    sha256 = digest(arrival.file)
    if (twin := same_bytes(member.room, sha256)) is not None:
        return linked(arrival.upload, twin), False
    connection.close()  # writing takes a while, too
    photo = photo_of(member, arrival, picture, sha256)
    try:
        with files.kept(contents(photo, arrival, picture)):
            record_added(member, photo, picture.editions, arrival.upload, developed="view" in picture.pictures)
    except IntegrityError:
        if (twin := same_bytes(member.room, sha256)) is None:
            raise
        return linked(arrival.upload, twin), False  # the same bytes came in twice at the same moment; the other one won
    return photo, True


def photo_of(member: Membership, arrival: Arrival, picture: Picture, sha256: str) -> Photo:
    facts: dict[str, Any] = {name: getattr(picture, name) for name in picture.__dataclass_fields__ if name not in NOT_COLUMNS}
    said = {"caption": arrival.caption, "alt": arrival.alt, "upload_id": arrival.upload and arrival.upload.id}
    return Photo(id=new_id(), room=member.room, uploader=member.user, sha256=sha256, size=arrival.size, **said, **facts)


def contents(photo: Photo, arrival: Arrival, picture: Picture) -> dict[str, files.Content]:
    # The original first: its lock tells the sweep that the others will be needed.
    pictures = {files.name_of(photo, variant): content for variant, content in picture.pictures.items()}
    return {files.name_of(photo, "original"): arrival.kept_at or arrival.file, **pictures}


def record_added(
    member: Membership, photo: Photo, editions: Mapping[str, Any] = {}, upload: Upload | None = None, *, developed: bool = False
) -> None:
    """`developed`: all its pictures are there already, so that the worker has nothing to do for it."""
    with transaction.atomic():
        if upload is None:  # whose bytes were counted when it began
            quotas.reserve(member, photo.size)
        with change(member, Kind.PHOTO_ADDED, Right.UPLOAD) as entry:
            photo.seq = photo.added_seq = entry.seq
            photo.added_at = entry.at
            photo.save(force_insert=True)
            Edition.objects.bulk_create(Edition(photo=photo, policy=policy, **edition) for policy, edition in editions.items())
            linked(upload, photo, already=False)
            entry.data = PhotoOut.of(photo, photo.room).model_dump(mode="json")
        if developed:
            photo.state = PhotoState.READY
            development.tell(photo, photo.room)
        else:
            tasks.develop.enqueue(str(photo.id))


def linked(upload: Upload | None, photo: Photo, *, already: bool = True) -> Photo:
    """The upload is done: this is its photo."""
    if upload is not None:
        upload.photo, upload.already, upload.offset = photo, already, upload.size
        upload.save(update_fields=["photo", "already", "offset"])
    return photo


def same_bytes(room: Room, sha256: str) -> Photo | None:
    photos = Photo.objects.shown().filter(room=room, sha256=sha256).exclude(state=PhotoState.FAILED)
    return photos.select_related("uploader").first()


def digest(file: BinaryIO) -> str:
    sha256 = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK):
        sha256.update(chunk)
    file.seek(0)
    return sha256.hexdigest()

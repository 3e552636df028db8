import hashlib
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, connection

from rooms import access, files, journal, tasks
from rooms.access import Right
from rooms.actions.change import change
from rooms.ingest.inspect import Picture, inspect
from rooms.models import Kind, Membership, Photo, PhotoState, Room
from rooms.shapes import PhotoOut
from salon.errors import ConflictError, NotFoundError
from salon.ids import new_id

CHUNK = 1024 * 1024


class DuplicateError(ConflictError):
    code = "duplicate"
    message = "The same picture has been added to the room again, so this one stays removed."


def add(member: Membership, upload: UploadedFile[Any], *, caption: str = "", alt: str = "") -> tuple[Photo, bool]:
    """Add a photo; the second value is False when the room has these very bytes already and that photo is returned.

    Raises what `inspect` raises, and leaves neither a row nor a file behind when it raises.
    """
    connection.close()  # what follows reads and decodes for a while; others need the connection more
    content = cast("BinaryIO", upload.file)
    picture = inspect(content, upload.name or "", upload.content_type or "")
    sha256 = digest(content)
    twin = same_bytes(member.room, sha256)
    if twin is not None:
        return twin, False
    said = {"caption": caption, "alt": alt}
    photo = Photo(id=new_id(), room=member.room, uploader=member.user, sha256=sha256, size=upload.size or 0, **said, **facts(picture))
    name = files.name_of(photo, "original")
    try:
        files.keep(name, content)
        record_added(member, photo)
    except IntegrityError:
        files.drop(name)
        twin = same_bytes(member.room, sha256)
        if twin is None:
            raise
        return twin, False  # the same bytes came in twice at the same moment; the other one won
    except BaseException:
        files.drop(name)
        raise
    return photo, True


def record_added(member: Membership, photo: Photo) -> None:
    with change(member, Kind.PHOTO_ADDED, Right.UPLOAD) as entry:
        photo.seq, photo.added_at = entry.seq, entry.at
        photo.save(force_insert=True)
        tasks.develop.enqueue(str(photo.id))
        entry.data = PhotoOut.of(photo, photo.room).model_dump(mode="json")


def facts(picture: Picture) -> dict[str, Any]:
    return {field: getattr(picture, field) for field in picture.__dataclass_fields__}


def digest(file: BinaryIO) -> str:
    sha256 = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK):
        sha256.update(chunk)
    file.seek(0)
    return sha256.hexdigest()


def same_bytes(room: Room, sha256: str) -> Photo | None:
    photos = Photo.objects.shown().filter(room=room, sha256=sha256).exclude(state=PhotoState.FAILED)
    return photos.select_related("uploader").first()


def edit(member: Membership, photo: Photo, *, caption: str | None = None, alt: str | None = None) -> Photo:
    with change(member, Kind.PHOTO_CHANGED) as entry:
        access.require_tending(member, refreshed(photo))
        if photo.removed_at is not None:
            raise NotFoundError  # somebody removed it a moment ago; telling of a change would bring it back to screens
        photo.caption = photo.caption if caption is None else caption
        photo.alt = photo.alt if alt is None else alt
        save(photo, entry, "caption", "alt")
    return photo


def remove(member: Membership, photo: Photo) -> None:
    """Hide a photo from everybody at once. `restore` brings it back."""
    with change(member, Kind.PHOTO_REMOVED) as entry:
        if refreshed(photo).removed_at is not None:
            raise journal.UnchangedError
        access.require_tending(member, photo)
        photo.removed_at, photo.removed_by = entry.at, member.user
        save(photo, entry, "removed_at", "removed_by")
        entry.data = {"id": str(photo.id)}


def restore(member: Membership, photo: Photo) -> Photo:
    """Undo a removal. Raises DuplicateError when the same bytes have been added in between."""
    try:
        with change(member, Kind.PHOTO_RESTORED) as entry:
            access.require_tending(member, refreshed(photo))
            if photo.removed_at is None:
                raise journal.UnchangedError
            photo.removed_at = photo.removed_by = None
            save(photo, entry, "removed_at", "removed_by")
    except IntegrityError:
        raise DuplicateError from None
    return photo


def refreshed(photo: Photo) -> Photo:
    """The photo as it is now, under the room's lock; what was read before may be old."""
    photo.refresh_from_db(fields=["caption", "alt", "state", "error", "removed_at", "removed_by"])
    return photo


def save(photo: Photo, entry: journal.Entry, *fields: str) -> None:
    photo.seq = entry.seq
    photo.save(update_fields=["seq", *fields])
    entry.data = PhotoOut.of(photo, photo.room).model_dump(mode="json")

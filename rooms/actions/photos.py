from functools import partial
from typing import Unpack

from django.db import IntegrityError, transaction

from rooms import access, housekeeping, journal, shown
from rooms.access import Right
from rooms.actions.change import change
from rooms.actions.edits import EDITED, PhotoChanges, apply
from rooms.models import Kind, Membership, Photo, Room
from rooms.shapes.photos import PhotoOut
from salon.errors import ConflictError, NotFoundError


class DuplicateError(ConflictError):
    code = "duplicate"
    message = "The same picture has been added to the room again, so this one stays removed."


def edit(member: Membership, photo: Photo, **changes: Unpack[PhotoChanges]) -> Photo:
    with change(member, Kind.PHOTO_CHANGED) as entry:
        access.require_tending(member, refreshed(photo))
        if photo.removed_at is not None:
            raise NotFoundError  # somebody removed it a moment ago; telling of a change would bring it back to screens
        if not apply(photo, changes):
            raise journal.UnchangedError
        save(photo, entry, *EDITED)
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
        transaction.on_commit(partial(shown.hide, photo), robust=True)  # before anybody is told


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


def purge(member: Membership, photo: Photo) -> None:
    """Let a removed photo go for good: row and files."""
    with transaction.atomic():
        access.recheck(locked(member), Right.VIEW)
        access.require_tending(member, refreshed(photo))
        if photo.removed_at is None:
            raise NotFoundError  # somebody brought it back a moment ago
        housekeeping.erase([photo])


def locked(member: Membership) -> Membership:
    Room.objects.select_for_update(no_key=True).get(pk=member.room_id)
    return member


def refreshed(photo: Photo) -> Photo:
    """The photo as it is now, under the room's lock; what was read before may be old. Raises NotFoundError for one that is gone."""
    try:
        photo.refresh_from_db(fields=[*EDITED, "state", "error", "removed_at", "removed_by"])
    except Photo.DoesNotExist:
        raise NotFoundError from None
    return photo


def save(photo: Photo, entry: journal.Entry, *fields: str) -> None:
    photo.seq = entry.seq
    photo.save(update_fields=["seq", *fields])
    entry.data = PhotoOut.of(photo, photo.room).model_dump(mode="json")

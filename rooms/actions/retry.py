from django.db import IntegrityError

from rooms import access, journal, tasks
from rooms.actions.change import change
from rooms.actions.photos import DuplicateError, refreshed, save
from rooms.models import Kind, Membership, Photo, PhotoState
from salon.errors import NotFoundError

SUPERSEDED = "The same picture has been added to the room again, so this one is not needed. Remove it."


def retry(member: Membership, photo: Photo) -> Photo:
    """Have a failed photo tried again. One that has not failed, or no longer, stays as it is.

    Raises DuplicateError when the same bytes have been added in between.
    """
    try:
        with change(member, Kind.PHOTO_CHANGED) as entry:
            access.require_tending(member, refreshed(photo))
            if photo.removed_at is not None:
                raise NotFoundError
            if photo.state != PhotoState.FAILED:
                raise journal.UnchangedError
            photo.state, photo.error = PhotoState.DEVELOPING, ""
            save(photo, entry, "state", "error")
            tasks.develop.using(priority=tasks.AGAIN).enqueue(str(photo.id))
    except IntegrityError:
        raise DuplicateError(SUPERSEDED) from None
    return photo

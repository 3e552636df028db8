from django.db import transaction

from rooms import journal
from rooms.models import Kind, Photo, PhotoState, Room
from rooms.shapes.photos import PhotoOut

OUTCOMES = {PhotoState.READY: Kind.PHOTO_READY, PhotoState.FAILED: Kind.PHOTO_FAILED}


def settle(photo: Photo, state: PhotoState, error: str = "") -> None:
    """The worker is done with a photo: it is ready, or it failed and `error` tells people why."""
    with transaction.atomic():
        room = Room.objects.select_for_update().filter(pk=photo.room_id).first()
        if room is None or not Photo.objects.filter(pk=photo.pk, state=PhotoState.DEVELOPING).exists():
            return  # it is gone for good, or another worker was quicker
        photo.refresh_from_db(fields=["caption", "alt", "taken_at", "removed_at"])
        photo.state, photo.error = state, error
        if photo.removed_at is not None:  # nobody sees it; an undo will show what it has become
            photo.save(update_fields=["state", "error"])
            return
        tell(photo, room)


def tell(photo: Photo, room: Room) -> None:
    """The room hears what has become of a photo, in the transaction that says so."""
    with journal.record(room, OUTCOMES[PhotoState(photo.state)], photo.uploader) as entry:
        photo.seq = entry.seq
        photo.save(update_fields=["seq", "state", "error"])
        entry.data = PhotoOut.of(photo, room).model_dump(mode="json")

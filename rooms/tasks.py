"""Work that outlives a request. Queued in the database, in the transaction of what it belongs to."""

import logging

from django.tasks import task

from rooms import files
from rooms.actions import development
from rooms.ingest.derive import derive
from rooms.models import Photo, PhotoState

logger = logging.getLogger(__name__)

FAILURE = "This photo could not be developed. Remove it and add it again."


@task
def develop(photo_id: str) -> None:
    """Make a photo's derivatives and tell the room. Doing it twice does no harm."""
    photo = Photo.objects.select_related("room", "uploader").filter(pk=photo_id, state=PhotoState.DEVELOPING).first()
    if photo is None:
        return
    try:
        make_derivatives(photo)
    except Exception:
        logger.exception("Photo %s could not be developed", photo_id)
        development.settle(photo, PhotoState.FAILED, FAILURE)
    else:
        development.settle(photo, PhotoState.READY)


def make_derivatives(photo: Photo) -> None:
    with files.read(files.name_of(photo, "original")) as original:
        derivatives = derive(original, photo.format)
    for variant, content in derivatives.items():
        files.keep(files.name_of(photo, variant), content)

"""Work that outlives a request. Queued in the database, in the transaction of what it belongs to."""

import logging
from base64 import b64decode
from datetime import timedelta

from django.conf import settings
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from rooms import files, journal
from rooms.actions import development
from rooms.ingest import sandbox
from rooms.ingest.derive import SECONDS, derive_as_text
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
    except FileNotFoundError:
        logger.error("The original of photo %s is not in the media folder", photo_id)  # noqa: TRY400  a traceback says no more
        development.settle(photo, PhotoState.FAILED, FAILURE)
    except Exception:
        logger.exception("Photo %s could not be developed", photo_id)
        development.settle(photo, PhotoState.FAILED, FAILURE)
    else:
        development.settle(photo, PhotoState.READY)


def make_derivatives(photo: Photo) -> None:
    with files.read(files.name_of(photo, "original")) as original:
        derivatives = sandbox.run(derive_as_text, original, photo.format, limits=sandbox.limits(SECONDS))
    for variant, text in derivatives.items():
        files.keep(files.name_of(photo, variant), b64decode(text))


def tidy_up() -> None:
    """What is due every now and then."""
    queue_forgotten()
    gone = journal.prune(timezone.now() - timedelta(days=settings.ENV.journal_days))
    if gone:
        logger.info("Forgot %d events older than %d days", gone, settings.ENV.journal_days)


def queue_forgotten() -> None:
    """Queue every photo that is developing without a task to develop it, so that none stays so for ever."""
    waiting = DBTaskResult.objects.filter(status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING), task_path=develop.module_path)
    queued = {arguments["args"][0] for arguments in waiting.values_list("args_kwargs", flat=True)}
    for photo_id in Photo.objects.filter(state=PhotoState.DEVELOPING).values_list("pk", flat=True):
        if str(photo_id) not in queued:
            develop.enqueue(str(photo_id))

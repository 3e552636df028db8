"""Work that outlives a request. Queued in the database, in the transaction of what it belongs to.

The two small pictures that tiles show are made while a photo is taken in, before there is a row and a task. So a worker with a long queue
never keeps anybody from seeing what there is; what it makes is the large picture behind each tile.
"""

import errno
import logging
from base64 import b64decode
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from rooms import files, housekeeping, journal
from rooms.actions import development
from rooms.ingest import sandbox
from rooms.ingest.derive import SECONDS, derive_as_text
from rooms.ingest.sandbox import DecodeError
from rooms.models import Photo, PhotoState
from salon import measures

logger = logging.getLogger(__name__)

FRESH, AGAIN = 50, 25  # priorities: a photo that was just added goes before one that failed, and any other task (0) after both
WAITS = (5, 30, 120, 600)  # seconds before the second to the fifth attempt, after which a person has to ask for more
PASSING = (OSError, EOFError, MemoryError, Error)
OVERWORKED = ("work", "machine")  # reasons of a DecodeError

DAMAGED = "Salon cannot make a picture of this file. Remove it and add it again from another copy."
LOST = "The file of this photo is missing on the server. Choose Try again once it is back, or remove the photo and add it again."
DISK_FULL = "The server's disk is full. Whoever runs the server needs to free some space; then choose Try again."
TOO_MUCH = "This photo took more time or memory than it may. Choose Try again, or remove it and add a smaller copy."
STORAGE = "The server could not store this photo. Choose Try again; if that does not help, the server's log says why."
BROKEN = "Something broke on our side; the server's log says what. Choose Try again once that is mended."
FATAL = "The worker was killed several times over this photo, mostly for want of memory. Choose Try again, or add a smaller copy."


@task(priority=FRESH)
def develop(photo_id: str, failures: int = 0) -> None:
    """Make a photo's large picture and tell the room. Doing it twice does no harm."""
    photo = Photo.objects.select_related("room", "uploader").filter(pk=photo_id, state=PhotoState.DEVELOPING).first()
    if photo is None:
        return
    try:
        make_derivatives(photo)
        development.settle(photo, PhotoState.READY)
    except Exception as error:
        sentence = explain(error)
        if is_passing(error) and failures < len(WAITS):
            logger.warning("Photo %s is not developed yet, and tried again in %d s (%r)", photo_id, WAITS[failures], error)
            later = timezone.now() + timedelta(seconds=WAITS[failures])
            develop.using(priority=AGAIN, run_after=later).enqueue(photo_id, failures + 1)
            return
        tell = logger.exception if sentence == BROKEN else logger.warning
        tell("Photo %s could not be developed (%r)", photo_id, error)
        development.settle(photo, PhotoState.FAILED, sentence)


def make_derivatives(photo: Photo) -> None:
    if files.exists(files.name_of(photo, "view")):
        return  # it came with the upload's own decode, or an earlier attempt made it
    connection.close()  # a decode takes a while; others need the connection more
    with files.read(files.name_of(photo, "original")) as original, measures.ingest("derive", photo.format):
        derivatives = sandbox.run(derive_as_text, original, photo.format, limits=sandbox.limits(SECONDS))
    for variant, text in derivatives.items():
        files.keep(files.name_of(photo, variant), b64decode(text))


def is_passing(error: Exception) -> bool:
    """Whether another attempt may go better. A file that is damaged or gone stays so."""
    if isinstance(error, DecodeError):
        return error.reason in OVERWORKED  # the machine may have been busy, or short of memory
    return isinstance(error, PASSING) and not isinstance(error, FileNotFoundError)


def explain(error: Exception) -> str:
    """What people are told: what happened, and what to do."""
    if isinstance(error, DecodeError):
        return TOO_MUCH if error.reason in OVERWORKED else DAMAGED
    if isinstance(error, FileNotFoundError):
        return LOST
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DISK_FULL
    return STORAGE if isinstance(error, PASSING) else BROKEN


def give_up(task_path: str, arguments: Sequence[Any]) -> None:
    """A task has taken down one worker after another and is not tried again."""
    if task_path != develop.module_path:
        return
    photo = Photo.objects.select_related("uploader").filter(pk=arguments[0]).first()
    if photo is not None:
        development.settle(photo, PhotoState.FAILED, FATAL)


def tidy_up() -> None:
    """What is due every now and then."""
    queue_forgotten()
    gone = journal.prune(timezone.now() - timedelta(days=settings.ENV.journal_days))
    if gone:
        logger.info("Forgot %d events older than %d days", gone, settings.ENV.journal_days)
    housekeeping.tidy()


def queue_forgotten() -> None:
    """Queue every photo that is developing without a task to develop it, so that none stays so for ever."""
    waiting = DBTaskResult.objects.filter(status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING), task_path=develop.module_path)
    queued = {arguments["args"][0] for arguments in waiting.values_list("args_kwargs", flat=True)}
    for photo_id in Photo.objects.filter(state=PhotoState.DEVELOPING).values_list("pk", flat=True):
        if str(photo_id) not in queued:
            develop.enqueue(str(photo_id))

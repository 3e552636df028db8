"""What must go in time: removed photos and comments after their days of grace, uploads nobody goes on with, files that belong to nothing.

Rows go first and their files after the commit. A kill in between leaves files without a row, which the sweep finds, and so does a
backup, during which no file of a photo goes.
"""

import shutil
import time
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from rooms import files, orphans, shown
from rooms.ingest.derive import EDGES
from rooms.models import Archive, Comment, Photo, Room, Upload

AT_ONCE = 200
SWEEP_SECONDS = 3600
LATELY_SECONDS = 300  # several rounds of `tidy`


class Sweeps:
    due = 0.0  # the first one comes with the start, after which there may be most to find


def tidy() -> None:
    """What is due now, and once an hour the sweep. Any number of processes may do it at the same time."""
    now = timezone.now()
    hide_removed(now - timedelta(seconds=LATELY_SECONDS))
    purge_removed(now - timedelta(days=settings.ENV.undo_days))
    purge_comments(now - timedelta(days=settings.ENV.undo_days))
    purge_rooms(now - timedelta(days=settings.ENV.undo_days))
    drop_expired(now)
    Archive.objects.filter(expires_at__lte=now).delete()
    if time.monotonic() >= Sweeps.due:
        Sweeps.due = time.monotonic() + SWEEP_SECONDS
        orphans.sweep()


def hide_removed(after: datetime) -> None:
    """Once more, for whatever was killed between the commit of a removal and the hiding."""
    for photo in Photo.objects.filter(removed_at__gt=after):
        shown.hide(photo)


def purge_removed(before: datetime) -> None:
    due = Photo.objects.filter(removed_at__lt=before).order_by("removed_at")
    for room_id in due.order_by("room").values_list("room", flat=True).distinct():
        while purge_some(room_id, before):
            pass


def purge_some(room_id: uuid.UUID, before: datetime) -> int:
    with transaction.atomic():
        # The room's lock: nobody can bring a photo back while it goes.
        Room.objects.select_for_update(no_key=True).filter(pk=room_id).first()
        photos = list(Photo.objects.filter(room=room_id, removed_at__lt=before)[:AT_ONCE])
        erase(photos)
    return len(photos)


def erase(photos: list[Photo]) -> None:
    """Rows now, files once that is committed."""
    names = [files.name_of(photo, variant) for photo in photos for variant in ("original", *EDGES)]
    Photo.objects.filter(pk__in=[photo.pk for photo in photos]).delete()
    transaction.on_commit(partial(drop_all, names))


def drop_all(names: Iterable[str]) -> None:
    with files.erasing() as may:
        for name in names if may else ():
            files.drop(name)


def drop_folder(name: str) -> None:
    with files.erasing() as may:
        if may:
            shutil.rmtree(files.path(name), ignore_errors=True)


def purge_comments(before: datetime) -> None:
    """Removed comments go. One that was answered loses its words, and goes after the last answer."""
    answered = Exists(Comment.objects.filter(parent=OuterRef("pk")))
    removed = Comment.objects.filter(removed_at__lt=before)
    due = removed.filter(~answered | ~Q(text=""))
    for room_id in due.order_by("room").values_list("room", flat=True).distinct():
        with transaction.atomic():
            # The room's lock: nobody can bring a comment back, or answer it, while it goes.
            Room.objects.select_for_update(no_key=True).filter(pk=room_id).first()
            removed.filter(~answered, room=room_id).delete()
            removed.filter(room=room_id).update(text="")


def purge_rooms(before: datetime) -> None:
    for room in Room.objects.filter(deleted_at__lt=before):
        uploads = [files.partial(pk) for pk in room.uploads.values_list("pk", flat=True)]
        with transaction.atomic():
            room_id = room.pk
            room.delete()
        drop_all(uploads)
        for kind in ("originals", "derivatives", "shown", "previews"):
            drop_folder(f"{kind}/{room_id}")


def drop_expired(now: datetime) -> None:
    """Uploads nobody went on with; of the finished ones only the row is left."""
    for upload in Upload.objects.filter(expires_at__lte=now):
        try:
            with files.only_writer(files.partial(upload.pk), seconds=0):
                if Upload.objects.filter(pk=upload.pk, expires_at__lte=now).delete()[0]:
                    drop_all([files.partial(upload.pk), files.preview(upload.room_id, upload.pk)])
        except files.LockedError:
            continue  # somebody goes on with it just now

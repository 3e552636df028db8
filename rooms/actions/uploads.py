"""Resumable uploads: begun, written piece by piece, ended. The row says how many bytes count; the file may hold more.

One writer at a time holds the file's lock, over all processes, and reads the row again under it. No transaction and no connection
is held while bytes are written. The last piece counts only together with the photo it completes, so a server that is killed in
between leaves an upload that can be resumed.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from rooms import access, files, quotas
from rooms.access import Right
from rooms.actions.admission import Arrival, admit
from rooms.ingest import preview
from rooms.ingest.formats import MAGIC_LENGTH
from rooms.ingest.inspect import check_format
from rooms.models import Membership, Upload
from rooms.tus import Checksum, said_in
from salon.errors import ConflictError, InvalidError, NotFoundError, ProblemError, TooLargeError, UnsupportedError

CHUNK = 256 * 1024
MOST_OPEN = 500  # uploads of one person to one room; each is a row, and clients send a few at a time


class StaleOffsetError(ConflictError):
    code = "stale_offset"
    message = "The upload is at another place by now. Ask where, and go on from there."


class ChecksumError(ProblemError):
    status = 460
    code = "checksum"
    message = "That piece was damaged on its way and does not count. Send it again."


class LockedError(ProblemError):
    status = 423
    code = "locked"
    message = "Another request is writing this upload just now. Try again in a moment."


class TooMuchError(ProblemError):
    code = "too_much"
    message = "More bytes came than were promised when the upload began. None of this piece counts."


class TooManyError(ProblemError):
    status = 429
    code = "too_many"
    message = f"{MOST_OPEN} of your uploads to this room wait for their rest. Finish or end some of them first."


class ExpiredError(ProblemError):
    status = 410
    code = "expired"
    message = "This upload waited too long for the rest and was dropped. Begin again."


def begin(member: Membership, size: int, metadata: str) -> Upload:
    """Promise a place to `size` bytes. Raises InvalidError, TooLargeError or QuotaError before any of them is sent."""
    said_in(metadata)
    if size == 0:
        raise InvalidError("This file is empty.", code="empty", field="file")
    if size > settings.MAX_UPLOAD_BYTES:
        raise TooLargeError(f"This file is larger than {settings.MAX_UPLOAD_BYTES // 1_000_000} MB.", field="file")
    with transaction.atomic():
        quotas.reserve(member, size)
        access.recheck(member, Right.UPLOAD)
        if Upload.objects.filter(room=member.room, user=member.user, photo=None, expires_at__gt=timezone.now()).count() >= MOST_OPEN:
            raise TooManyError
        return Upload.objects.create(room=member.room, user=member.user, size=size, metadata=metadata, expires_at=expiry())


def expiry() -> datetime:
    return timezone.now() + timedelta(hours=settings.ENV.upload_hours)


@dataclass(frozen=True)
class Piece:
    """Some bytes of an upload from `offset` on. `length` is None where the sender did not say it."""

    offset: int
    content: BinaryIO
    length: int | None
    checksum: Checksum | None


def append(member: Membership, upload: Upload, piece: Piece) -> Upload:
    """Write a piece and return the upload as it is then. The last piece makes the photo.

    Raises StaleOffsetError, ChecksumError, LockedError, ExpiredError or NotFoundError, and what `admit` raises. When the bytes turn
    out to be no picture, nothing is left of the upload.
    """
    with only_writer(upload) as (file, current):
        if current.photo_id or piece.offset != current.offset:
            raise StaleOffsetError
        end = write(file, current, piece)
        try:
            if piece.offset < MAGIC_LENGTH <= end:
                check(file, current)
            if end == current.size:
                complete(member, current, file)
            else:
                current.offset, current.expires_at = end, expiry()
                current.save(update_fields=["offset", "expires_at"])
        except (InvalidError, TooLargeError, UnsupportedError):
            drop(current)
            raise
    return current


@contextmanager
def only_writer(upload: Upload) -> Iterator[tuple[BinaryIO, Upload]]:
    """The upload's file, and its row as it is once nobody else writes."""
    name = files.partial(upload.id)
    connection.close()  # writing and looking take a while; others need the connection more
    try:
        with files.only_writer(name) as file:
            current = Upload.objects.filter(pk=upload.pk).first()
            if current is None or current.photo_id:
                files.drop(name)  # it was ended while we waited, and opening has made the file again
            if current is None:
                raise NotFoundError
            require_fresh(current)
            yield file, current
    except files.LockedError:
        raise LockedError from None


def require_fresh(upload: Upload) -> None:
    if upload.expires_at <= timezone.now():
        raise ExpiredError


def write(file: BinaryIO, upload: Upload, piece: Piece) -> int:
    """Have the piece on the disk. Returns the offset behind it."""
    connection.close()
    room_left = upload.size - piece.offset
    if (piece.length or 0) > room_left:
        raise TooMuchError
    if os.fstat(file.fileno()).st_size < piece.offset:  # somebody cleared the folder, or restored an older one
        upload.offset = 0
        upload.save(update_fields=["offset"])
        raise StaleOffsetError
    file.truncate(piece.offset)  # what a killed server left behind it never counted
    file.seek(piece.offset)
    while chunk := piece.content.read(CHUNK):
        room_left -= len(chunk)
        if room_left < 0:
            raise TooMuchError
        file.write(chunk)
        if piece.checksum:
            piece.checksum.update(chunk)
    if piece.checksum and not piece.checksum.holds():
        raise ChecksumError
    file.flush()
    os.fsync(file.fileno())
    return upload.size - room_left


def check(file: BinaryIO, upload: Upload) -> None:
    """Turn away what is no picture with the first piece, not after the last."""
    said = said_in(upload.metadata)
    file.seek(0)
    check_format(file, said.get("filename", ""), said.get("filetype", ""))


def complete(member: Membership, upload: Upload, file: BinaryIO) -> None:
    said = said_in(upload.metadata)
    words = {"name": said.get("filename", ""), "content_type": said.get("filetype", "")}
    captions = {key: said.get(key, "") for key in ("caption", "alt")}
    place = files.path(files.partial(upload.id))
    admit(member, Arrival(file, upload.size, **words, **captions, upload=upload, kept_at=place))
    drop_files(upload)


def drop(upload: Upload) -> None:
    """End an upload: row, bytes and preview."""
    Upload.objects.filter(pk=upload.pk).delete()
    drop_files(upload)


def drop_files(upload: Upload) -> None:
    files.drop(files.partial(upload.id))
    files.drop(files.preview(upload.room_id, upload.id))


def end(upload: Upload) -> None:
    """The sender wants it no more. What has become a photo stays one."""
    with only_writer(upload) as (_, current):
        drop(current)


def show(upload: Upload, content: BinaryIO) -> None:
    """Keep a small picture of what is coming, drawn anew, for the others to see meanwhile."""
    connection.close()  # it may wait for its turn
    picture = preview.drawn(content)
    with transaction.atomic():
        if not Upload.objects.select_for_update(no_key=True).filter(pk=upload.pk, photo=None).exists():
            raise NotFoundError
        files.keep(files.preview(upload.room_id, upload.id), picture)

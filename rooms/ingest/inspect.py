"""Is this a picture? Asked of every upload, before a row or a file exists.

Bytes are hostile until proved: the magic decides the one decoder that may look at them, and it does so in a child process. There the
header says how many pixels there are before a single one is decoded, and then the whole file is decoded once, small, because only
that finds a broken tail. The same decode yields the pictures that screens show.
"""

import logging
import os
import threading
import unicodedata
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from django.conf import settings

from rooms.ingest import sandbox
from rooms.ingest.formats import BY_CONTENT_TYPE, BY_EXTENSION, MAGIC_LENGTH, READABLE, Format, is_video, sniff
from rooms.ingest.look import look
from rooms.ingest.sandbox import DecodeError
from salon import measures
from salon.errors import InvalidError, ProblemError, TooLargeError, UnsupportedError

logger = logging.getLogger(__name__)

SECONDS = 15  # the slowest honest file, a lossless WebP of 100 megapixels, takes 3 on one core of 2025
DECODERS = threading.BoundedSemaphore(2)  # a decode may hold 1.6 GB at the pixel limit (JPEG 0.3); two at a time fit a small server
PATIENCE_SECONDS = 60  # for one of them; browsers and proxies give up soon after


@dataclass(frozen=True)
class Picture:
    """What an upload turned out to be. Sizes are pixels, upright; the zone is minutes east of UTC, where the camera says it."""

    format: str
    width: int
    height: int
    thumbhash: str
    taken_at: datetime | None
    taken_zone: int | None
    camera: dict[str, str | int]
    latitude: float | None
    longitude: float | None
    located: bool
    animated: bool
    pictures: dict[str, bytes]  # WebP; "grid", "thumb", and "view" unless it moves
    editions: dict[str, dict[str, Any]]  # as editions.py makes them


class BusyError(ProblemError):
    status = 429
    code = "too_many"
    message = "Salon is looking at too many pictures just now. Add this one again in a minute."


class MemoryShortError(BusyError):
    message = "The server was short of memory over this picture. Add it again in a minute; if that does not help, add a smaller copy."


def inspect(file: BinaryIO, name: str, content_type: str = "") -> Picture:
    """Read a picture's facts or raise what is wrong: InvalidError, TooLargeError or UnsupportedError with it, BusyError with us."""
    check_size(file)
    format = check_format(file, name, content_type)
    with measures.ingest("inspect", format.name), decoder():
        facts = looked_at(file, format)
    taken_at = facts.pop("taken_at")
    pictures = {name: b64decode(text) for name, text in facts.pop("pictures").items()}
    return Picture(**facts, pictures=pictures, taken_at=datetime.fromisoformat(taken_at) if taken_at else None)


def looked_at(file: BinaryIO, format: Format) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = sandbox.run(look, file, format.name, limits=sandbox.limits(SECONDS))
        return facts
    except DecodeError as error:
        logger.info("A %s did not decode: %s", format.name, error)
        if error.reason == "machine":  # nothing is wrong with the file, so an upload keeps its bytes
            raise MemoryShortError from None
        raise refusal(error) from None


def refusal(error: DecodeError) -> ProblemError:
    """Whatever a decoder says about a hostile file, people hear one of four sentences."""
    if error.reason == "kind":
        return UnsupportedError("This TIFF is of a kind Salon cannot show, such as a raw photo. Add it as JPEG.", field="file")
    if error.reason == "pixels":
        limit = settings.MAX_PIXELS // 1_000_000
        return InvalidError(f"This picture has more than {limit} megapixels.", code="too_many_pixels", field="file")
    if error.reason == "work":
        return InvalidError("This picture takes too much work to show.", code="broken", field="file")
    message = "This picture is damaged and cannot be shown. Perhaps it was not copied completely."
    return InvalidError(message, code="broken", field="file")


@contextmanager
def decoder() -> Iterator[None]:
    if not DECODERS.acquire(timeout=PATIENCE_SECONDS):
        raise BusyError
    try:
        yield
    finally:
        DECODERS.release()


def check_size(file: BinaryIO) -> None:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size == 0:
        raise InvalidError("This file is empty.", code="empty", field="file")
    if size > settings.MAX_UPLOAD_BYTES:
        raise TooLargeError(f"This file is larger than {settings.MAX_UPLOAD_BYTES // 1_000_000} MB.", field="file")


def check_format(file: BinaryIO, name: str, content_type: str) -> Format:
    head = file.read(MAGIC_LENGTH)
    file.seek(0)
    format = sniff(head)
    if format is None and is_video(head):
        raise UnsupportedError(f"Videos cannot be added yet. Salon takes pictures: {READABLE}.", field="file")
    if format is None:
        raise UnsupportedError(f"This is not a picture Salon can read. It takes {READABLE}.", field="file")
    extension = unicodedata.normalize("NFKC", name).rpartition(".")[2].strip().lower()
    promised = BY_EXTENSION.get(extension) or BY_CONTENT_TYPE.get(content_type.lower())
    if promised is not None and promised != format:
        message = f"This file calls itself {promised.name.upper()} but holds {format.name.upper()}. Rename it to .{format.extensions[0]}."
        raise UnsupportedError(message, code="mislabelled", field="file")
    return format

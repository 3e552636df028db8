"""Is this a picture? Asked of every upload, before a row or a file exists.

Bytes are hostile until proved: the magic decides the one decoder that may look at them, the header says how many pixels there
are before a single one is decoded, and then the whole file is decoded once, small, because only that finds a broken tail.
"""

import logging
import os
import threading
import unicodedata
import warnings
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.conf import settings
from PIL import Image
from thumbhash import rgba_to_thumb_hash

from rooms.ingest import exif
from rooms.ingest.formats import BY_CONTENT_TYPE, BY_EXTENSION, MAGIC_LENGTH, READABLE, Format, sniff
from rooms.ingest.pixels import fitted, load_near, upright_size
from salon.errors import InvalidError, TooLargeError, UnsupportedError

logger = logging.getLogger(__name__)

THUMBHASH_EDGE = 32  # pixels; its 7x7 cosines need no more, and the encoder is quadratic in it
DECODERS = threading.BoundedSemaphore(2)  # a decode may hold 400 MB at the pixel limit; two at a time fit a small server

# Pillow's own guard warns at its limit and raises at twice that. Ours asks first; this one stays for frames inside frames.
Image.MAX_IMAGE_PIXELS = settings.MAX_PIXELS
warnings.simplefilter("ignore", Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Picture:
    """What an upload turned out to be. Sizes are pixels, upright."""

    format: str
    width: int
    height: int
    thumbhash: str
    taken_at: datetime | None
    located: bool


def inspect(file: BinaryIO, name: str, content_type: str = "") -> Picture:
    """Read a picture's facts or raise what is wrong with it: InvalidError, TooLargeError or UnsupportedError."""
    check_size(file)
    format = check_format(file, name, content_type)
    with decoding(format), DECODERS, Image.open(file, formats=[format.decoder]) as image:
        check_pixels(image)
        width, height = upright_size(image)
        return Picture(
            format=format.name,
            width=width,
            height=height,
            thumbhash=thumbhash_of(load_near(image, THUMBHASH_EDGE * 4)),
            taken_at=exif.taken_at(image),
            located=exif.is_located(image),
        )


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
    if format is None:
        raise UnsupportedError(f"This is not a picture Salon can read. It takes {READABLE}.", field="file")
    extension = unicodedata.normalize("NFKC", name).rpartition(".")[2].strip().lower()
    promised = BY_EXTENSION.get(extension) or BY_CONTENT_TYPE.get(content_type.lower())
    if promised is not None and promised != format:
        message = f"This file calls itself {promised.name.upper()} but holds {format.name.upper()}. Rename it to .{format.extensions[0]}."
        raise UnsupportedError(message, code="mislabelled", field="file")
    return format


def check_pixels(image: Image.Image) -> None:
    if image.width * image.height > settings.MAX_PIXELS:
        limit = settings.MAX_PIXELS // 1_000_000
        raise InvalidError(f"This picture has more than {limit} megapixels.", code="too_many_pixels", field="file")


@contextmanager
def decoding(format: Format) -> Iterator[None]:
    """Whatever a decoder says about a hostile file, people hear one sentence and the server goes on."""
    try:
        yield
    except InvalidError:
        raise
    except Image.DecompressionBombError:
        raise InvalidError("This picture has too many pixels.", code="too_many_pixels", field="file") from None
    except Exception as error:  # decoders raise whatever the bytes lead them to: OSError, SyntaxError, struct.error, KeyError…
        logger.info("A %s did not decode: %s: %s", format.name, type(error).__name__, error)
        message = "This picture is damaged and cannot be shown. Perhaps it was not copied completely."
        raise InvalidError(message, code="broken", field="file") from None


def thumbhash_of(image: Image.Image) -> str:
    """About 25 bytes that draw a blur of the picture, in base64. https://evanw.github.io/thumbhash/"""
    small = fitted(image, THUMBHASH_EDGE)
    flat = Image.new("RGBA", small.size, "white")
    flat.alpha_composite(small.convert("RGBA"))  # opaque: the encoder fails on alpha
    pixels = list(flat.tobytes())
    return b64encode(bytes(rgba_to_thumb_hash(flat.width, flat.height, pixels))).decode()

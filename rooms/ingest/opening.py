"""Opening a hostile file with the one decoder its magic allows."""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from PIL import Image

from rooms.ingest.formats import BY_NAME

# What a TIFF may be like. The rest is not damaged but made for other programs: raw photos, maps, measurements.
TIFF_MODES = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "I;16", "I;16B"}
TIFF_COMPRESSIONS = {"raw", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits"}
NEW_SUBFILE_TYPE, DNG_VERSION = 254, 50706
REDUCED = 1  # a small copy of the picture that comes later; raw photos begin with one


class KindError(Exception):
    """A picture of a kind that Salon does not show."""


@contextmanager
def opened(file: BinaryIO, format: str) -> Iterator[Image.Image]:
    """The picture, not decoded yet. Raises KindError, DecompressionBombError or whatever the decoder raises."""
    file.seek(0)
    with Image.open(file, formats=[BY_NAME[format].decoder]) as image:
        check_pixels(image)
        if image.format == "TIFF":
            check_kind(image)
        yield image


def check_pixels(image: Image.Image) -> None:
    if Image.MAX_IMAGE_PIXELS is not None and image.width * image.height > Image.MAX_IMAGE_PIXELS:
        raise Image.DecompressionBombError


def check_kind(image: Image.Image) -> None:
    tags = cast("Any", image).tag_v2
    is_reduced = tags.get(NEW_SUBFILE_TYPE, 0) == REDUCED
    compression = image.info.get("compression")
    if image.mode not in TIFF_MODES or compression not in TIFF_COMPRESSIONS or is_reduced or DNG_VERSION in tags:
        raise KindError


def content_of(file: BinaryIO) -> mmap.mmap | bytes:
    """The file's bytes, without a copy where a child process has them mapped."""
    mapped: object = file  # mypy holds that no file can be a map
    return mapped if isinstance(mapped, mmap.mmap) else bytes_of(file)


def bytes_of(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()

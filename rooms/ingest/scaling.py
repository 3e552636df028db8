"""Smaller pictures by LANCZOS. libvips takes a third of Pillow's time for it. Measured in docs/decisions/0010-derivatives.md."""

import os

os.environ.setdefault("VIPS_CONCURRENCY", "1")  # read when the library is loaded; a decode has one core anyway

import pyvips
from PIL import Image

from rooms.ingest.sizes import Size

LEAST = 32  # pixels; below, nothing is to be gained
STRIP = 4_000_000  # pixels; copied in one piece, a large picture would be in memory three times
REDUCING_GAP = 2.0  # Pillow's: shrink by whole numbers to twice the size first

pyvips.cache_set_max(0)  # no picture comes twice


def scaled(image: Image.Image, size: Size) -> Image.Image:
    if image.mode != "RGB" or min(*image.size, *size) < LEAST:
        return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=REDUCING_GAP)
    return unshared(resized(shared(image), size))


def shared(image: Image.Image) -> pyvips.Image:
    """An RGB picture as libvips has it."""
    rows = max(1, STRIP // image.width)
    if rows >= image.height:
        return copied(image)
    copies = [copied(image.crop((0, top, image.width, min(top + rows, image.height)))) for top in range(0, image.height, rows)]
    return pyvips.Image.arrayjoin(copies, across=1).crop(0, 0, *image.size)  # it made the last strip as high as the others


def copied(image: Image.Image) -> pyvips.Image:
    return pyvips.Image.new_from_memory(image.tobytes(), *image.size, 3, "uchar")


def resized(picture: pyvips.Image, size: Size) -> pyvips.Image:
    return picture.resize(size[0] / picture.width, vscale=size[1] / picture.height, kernel="lanczos3")


def unshared(picture: pyvips.Image) -> Image.Image:
    """It as Pillow has it. This is when libvips does the work."""
    pixels = picture.write_to_memory()
    image = Image.new("RGB", (picture.width, picture.height), None)  # not filled first
    image.frombytes(pixels)
    return image

"""Smaller pictures by LANCZOS. libvips takes a third of Pillow's time for it. Measured in docs/decisions/0010-derivatives.md."""

import os

os.environ.setdefault("VIPS_CONCURRENCY", "1")  # read when the library is loaded; a decode has one core anyway

import pyvips
from PIL import Image

LEAST = 32  # pixels; below, nothing is to be gained
STRIP = 128  # rows; copied in one piece, a picture would be in memory three times
REDUCING_GAP = 2.0  # Pillow's: shrink by whole numbers to twice the size first

pyvips.cache_set_max(0)  # no picture comes twice


def scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    if image.mode != "RGB" or min(*image.size, *size) < LEAST:
        return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=REDUCING_GAP)
    small = shared(image).resize(size[0] / image.width, vscale=size[1] / image.height, kernel="lanczos3")
    return Image.frombytes("RGB", (small.width, small.height), small.write_to_memory())


def shared(image: Image.Image) -> pyvips.Image:
    """An RGB picture as libvips has it."""
    strips = (image.crop((0, top, image.width, min(top + STRIP, image.height))) for top in range(0, image.height, STRIP))
    copies = [pyvips.Image.new_from_memory(strip.tobytes(), *strip.size, 3, "uchar") for strip in strips]
    return pyvips.Image.arrayjoin(copies, across=1).crop(0, 0, *image.size)  # it made the last strip as high as the others

"""JPEGs made smaller while they are decoded, row by row, so that neither the photo nor its half is ever in memory as a whole.

libvips' loader is built on the same library as Pillow's decoder. Pillow has read the header by then, and judges every file that this
does not take: what is damaged is said in one place.
"""

from mmap import mmap
from typing import BinaryIO

import pyvips
from PIL import Image

from rooms.ingest import scaling
from rooms.ingest.opening import content_of
from rooms.ingest.sizes import Size, fit, is_near, shrink_to
from rooms.ingest.tails import is_ended

FORMATS = ("JPEG", "MPO")  # the second is a JPEG with another one behind it


def streamed(image: Image.Image, file: BinaryIO, edge: int) -> Image.Image | None:
    """The pixels of an opened JPEG near `edge`, not turned yet."""
    if image.format not in FORMATS or image.mode != "RGB":
        return None
    content = content_of(file)
    if not is_ended(content):  # libvips would not miss the end
        return None
    try:
        return scaling.unshared(smaller(content, image.size, edge))
    except pyvips.Error:
        return None


def smaller(content: mmap | bytes, size: Size, edge: int) -> pyvips.Image:
    shrink = shrink_to(size, edge)
    picture = loaded(content, shrink)
    if (picture.width, picture.height) != tuple(-(-length // shrink) for length in size):
        raise pyvips.Error("not the picture whose header Pillow has read")
    return picture if is_near(max(picture.width, picture.height), edge) else scaling.resized(picture, fit(size, edge))


def loaded(content: mmap | bytes, shrink: int) -> pyvips.Image:
    source = pyvips.Source.new_from_memory(content)
    picture = pyvips.Image.jpegload_source(source, shrink=shrink, access="sequential", fail_on="truncated")
    if picture.bands != len("RGB") or picture.format != "uchar":
        raise pyvips.Error("not three colours of eight bits")
    return picture

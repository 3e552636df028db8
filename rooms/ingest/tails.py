"""JPEGs that lack only their end. The end marker goes missing in old cameras and careless programs, and every viewer shows such a file.

libjpeg cannot tell it from a file that was cut in the middle: given an end marker, it shows both, the latter with grey where the rest was.
"""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from mmap import mmap
from typing import BinaryIO

from PIL import Image, ImageChops

from rooms.ingest.opening import opened

END = b"\xff\xd9"
END_MARKER, START_OF_SCAN = END[1], 0xDA
PROGRESSIVE = 0xC2
FRAMES = (0xC0, 0xC1, PROGRESSIVE)  # what Pillow reads: the first two are baseline and extended
AFTER_SCAN = re.compile(rb"\xff[^\0\xd0-\xd7\xff]")  # the next marker; zeros and restarts belong to the scan
COEFFICIENTS = 64
ROW = 16  # pixels; the blocks of most JPEGs are that high
FILLINGS = (b"\0" * 64, b"\x55" * 64)


def mended[Result](work: Callable[[BinaryIO, str], Result], file: BinaryIO, format: str) -> Result:
    """`work(file, format)`, tried again with an end marker if that is all that a JPEG lacks."""
    try:
        return work(file, format)
    except OSError:
        if format != "jpeg":
            raise
        file.seek(0)
        content = without_tail(file.read())
        if not lacks_only_end(content):
            raise
        return work(BytesIO(content + END), format)


def without_tail(content: bytes) -> bytes:
    """Without half an end marker, and without the zeros that a failing card or a broken copy leaves for the rest of a file."""
    return content.rstrip(b"\0").removesuffix(b"\xff")


def lacks_only_end(content: bytes) -> bool:
    """Decode it twice, going on with other bytes each time: what comes out differently from there on was not in the file."""
    if not has_all_scans(content):
        return False
    first, second = (decoded(content + filling + END) for filling in FILLINGS)
    different = ImageChops.difference(first, second).getbbox()
    return different is None or different[1] >= first.height - ROW


def has_all_scans(content: bytes) -> bool:
    """A progressive JPEG comes in layers. Without the last ones it is whole, but not what was sent."""
    components, exact = 0, set()
    for marker, body in segments(content):
        if marker in FRAMES:
            components = body[5]
        elif marker == START_OF_SCAN:
            first, last, precision = body[-3:]
            if precision % 16 == 0:  # to the last bit
                exact |= {(component, number) for component in body[1:-3:2] for number in range(first, last + 1)}
    return 0 < components * COEFFICIENTS <= len(exact)


def is_ended(content: mmap | bytes) -> bool:
    """Whether nothing but the end comes after the scan. Where there are several, a decoder reads all of them before it has one row."""
    parts, frame, components = segments(content), 0, b""
    for marker, body in parts:
        if marker in FRAMES:
            frame, components = marker, body[5:6]
        elif marker == START_OF_SCAN:
            return frame == PROGRESSIVE or body[:1] != components or next(parts, (0,))[0] == END_MARKER
    return False


def segments(content: mmap | bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and body of each. A scan's body is only its head."""
    position = 2
    while match := AFTER_SCAN.search(content, position):
        start = match.end()
        length = int.from_bytes(content[start : start + 2])
        yield content[start - 1], content[start + 2 : start + length]
        position = start + length


def decoded(content: bytes) -> Image.Image:
    with opened(BytesIO(content), "jpeg") as image:
        image.load()
        return image.copy()

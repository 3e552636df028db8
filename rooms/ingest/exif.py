"""The few facts of EXIF and XMP that Salon keeps. A date out of range or a lying tag is simply no date."""

import re
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from PIL import ExifTags, Image

FORMAT = "%Y:%m:%d %H:%M:%S"

# In UTF-8, UTF-16 and UTF-32 of either order; DJI writes "Gps".
LATITUDE = re.compile(rb"G\0{0,3}" + rb"\0{0,3}".join([b"[Pp]", b"[Ss]", *(bytes([letter]) for letter in b"Latitude")]))
BLOCK = b"Exif\0\0"
MARKER = b"\xff\xe1"  # APP1 of a JPEG; two bytes of length follow
TIFF = (b"II*\0", b"MM\0*")
LARGEST_BLOCK = 1024**2  # bytes; JPEG allows 64 KB, the others no more than that in practice
EXTENDED_XMP = re.compile(rb"\xff\xe1..http://ns\.adobe\.com/xmp/extension/\0.{40}", re.DOTALL)  # 40: GUID, length, offset


def taken_at(image: Image.Image) -> datetime | None:
    """When the shutter opened. Cameras that do not write their time zone are taken to be in UTC."""
    tags = image.getexif().get_ifd(ExifTags.IFD.Exif)
    text = str(tags.get(ExifTags.Base.DateTimeOriginal, "")).strip("\0 ")
    offset = str(tags.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\0 ")
    try:
        return datetime.strptime(f"{text} {offset}", f"{FORMAT} %z").astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    try:
        return datetime.strptime(text, FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None


def is_located(image: Image.Image, file: BinaryIO) -> bool:
    """Whether the file says where it was taken, in any EXIF or XMP it holds. In doubt it does: the price is a smaller download."""
    file.seek(0)
    content = joined(file.read())
    texts = [value if isinstance(value, bytes) else str(value).encode() for value in image.info.values()]  # some are packed in the file
    return (
        tells_place(image.getexif())
        or any(LATITUDE.search(text) for text in (content, *texts))
        or any(block_tells_place(block) for block in blocks(content))
    )


def joined(content: bytes) -> bytes:
    """A long XMP in a JPEG comes in parts of 64 KB, and a part may end in the middle of a word."""
    return EXTENDED_XMP.sub(b"", content) if EXTENDED_XMP.search(content) else content


def blocks(content: bytes) -> Iterator[bytes]:
    """All EXIF in the file, not only the first. HEIC also names its items "Exif", so the word alone is not one."""
    for match in re.finditer(BLOCK, content):
        start, end = match.span()
        if content[start - 4 : start - 2] == MARKER or content[end : end + 4] in TIFF:
            yield content[end : end + LARGEST_BLOCK]


def block_tells_place(block: bytes) -> bool:
    exif = Image.Exif()
    try:
        with warnings.catch_warnings(action="error"):  # Pillow warns of what it cannot parse and goes on without it
            exif.load(block)
            return tells_place(exif)
    except Exception:  # noqa: BLE001  # again hostile bytes
        return True


def tells_place(exif: Image.Exif) -> bool:
    """Some cameras always write the version of the GPS tags, and nothing else when they do not know where they are."""
    return bool(set(exif.get_ifd(ExifTags.IFD.GPSInfo)) - {ExifTags.GPS.GPSVersionID})

"""Where a photo was taken, and whether its file says so at all."""

import re
import warnings
from collections.abc import Iterator

from PIL import ExifTags, Image

from rooms.ingest import exif

# In UTF-8, UTF-16 and UTF-32 of either order; DJI writes "Gps".
LATITUDE = re.compile(rb"G\0{0,3}" + rb"\0{0,3}".join([b"[Pp]", b"[Ss]", *(bytes([letter]) for letter in b"Latitude")]))
BLOCK = b"Exif\0\0"
MARKER = b"\xff\xe1"  # APP1 of a JPEG; two bytes of length follow
TIFF = (b"II*\0", b"MM\0*")
LARGEST_BLOCK = 1024**2  # bytes; JPEG allows 64 KB, the others no more than that in practice
EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0"
EXTENDED_XMP_SEGMENT = re.compile(MARKER + rb".." + re.escape(EXTENDED_XMP) + rb".{40}", re.DOTALL)  # 40: GUID, length, offset
DIGITS = 6  # of a degree; the last is a hand's breadth
MOST_PAGES = 100

Place = tuple[float | None, float | None]
NOWHERE: Place = (None, None)


def coordinates(tags: Image.Exif) -> Place:
    """Latitude and longitude in degrees; both or neither."""
    place = exif.directory(tags, ExifTags.IFD.GPSInfo)
    latitude = degrees(place, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, {"N": 1, "S": -1}, 90)
    longitude = degrees(place, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, {"E": 1, "W": -1}, 180)
    return NOWHERE if latitude is None or longitude is None else (latitude, longitude)


def degrees(place: exif.Tags, tag: int, side: int, signs: dict[str, int], most: float) -> float | None:
    parts, sign = place.get(tag), signs.get(exif.text(place.get(side)))
    if sign is None or not isinstance(parts, tuple) or len(parts) != 3:
        return None
    numbers = [exif.number(part, most=180) for part in parts]
    total = sum((part or 0) / 60**power for power, part in enumerate(numbers))
    return None if None in numbers or total > most else round(sign * total, DIGITS)


def is_told(image: Image.Image, content: bytes) -> bool:
    """Whether the file says where it was taken, in any EXIF or XMP it holds. In doubt it does: the price is a smaller download."""
    content = joined(content)
    texts = [value if isinstance(value, bytes) else str(value).encode() for value in image.info.values()]  # some are packed in the file
    return (
        any(tells(tags) for tags in directories(image))
        or any(LATITUDE.search(text) for text in (content, *texts))
        or any(block_tells(block) for block in blocks(content))
    )


def joined(content: bytes) -> bytes:
    """A long XMP in a JPEG comes in parts of 64 KB, and a part may end in the middle of a word."""
    return EXTENDED_XMP_SEGMENT.sub(b"", content) if EXTENDED_XMP in content else content


def directories(image: Image.Image) -> Iterator[Image.Exif]:
    """The EXIF of the picture, and of a TIFF's other pages, too."""
    yield exif.of(image)
    if image.format != "TIFF":
        return
    try:
        for page in range(1, MOST_PAGES):
            image.seek(page)
            yield exif.of(image)
    except Exception:  # noqa: BLE001  # the last page, mostly
        return


def blocks(content: bytes) -> Iterator[bytes]:
    """All EXIF in the file, not only the first. HEIC also names its items "Exif", so the word alone is not one."""
    start = content.find(BLOCK)
    while start >= 0:
        end = start + len(BLOCK)
        if content[start - 4 : start - 2] == MARKER or content[end : end + 4] in TIFF:
            yield content[end : end + LARGEST_BLOCK]
        start = content.find(BLOCK, end)


def block_tells(block: bytes) -> bool:
    tags = Image.Exif()
    try:
        with warnings.catch_warnings(action="error"):  # Pillow warns of what it cannot parse and goes on without it
            tags.load(block)
            return tells(tags)
    except Exception:  # noqa: BLE001  # again hostile bytes
        return True


def tells(tags: Image.Exif) -> bool:
    """Some cameras always write the version of the GPS tags, and nothing else when they do not know where they are."""
    return bool(set(tags.get_ifd(ExifTags.IFD.GPSInfo)) - {ExifTags.GPS.GPSVersionID})

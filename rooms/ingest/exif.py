"""Reading tags that may lie: of another type than the standard says, endless, or nothing at all. None of this raises."""

import math
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from PIL import ExifTags, Image

LONGEST_TEXT = 80  # characters; a camera's name is shorter
Tags = Mapping[int, Any]


def of(image: Image.Image) -> Image.Exif:
    """Of a loaded image. An earlier question would have Pillow decode a PNG to find the answer, and a broken one would go unnoticed."""
    try:
        return image.getexif()
    except Exception:  # noqa: BLE001  # what Pillow raises depends on the bytes
        return Image.Exif()


def directory(exif: Image.Exif, which: ExifTags.IFD) -> Tags:
    try:
        return exif.get_ifd(which)
    except Exception:  # noqa: BLE001  # again hostile bytes
        return {}


def orientation(image: Image.Image) -> int:
    """1 to 8, which says how to turn the picture; 1 is upright."""
    value = of(image).get(ExifTags.Base.Orientation)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def text(value: object) -> str:
    """One short line. Cameras write UTF-8 where the standard has only ASCII, and Pillow takes it for Latin-1."""
    line = value.decode("latin-1") if isinstance(value, bytes) else value if isinstance(value, str) else ""
    with suppress(UnicodeError):
        line = line.encode("latin-1").decode()
    shown = "".join(letter for letter in line.replace("\0", " ") if unicodedata.category(letter)[0] != "C")  # control, bidi, unassigned
    return " ".join(shown.split())[:LONGEST_TEXT].rstrip()


def number(value: object, least: float = 0, most: float = math.inf) -> float | None:
    """The number, or the first of several, if it is one between `least` and `most`."""
    if isinstance(value, (tuple, list)):
        value = value[0] if value else None
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ArithmeticError):
        return None
    return found if least <= found <= most else None  # no NaN is

"""Real photographs (scikit-image carries some) and files made from them."""

import itertools
import struct
import zlib
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pillow_heif
import skimage
from PIL import ExifTags, Image

pillow_heif.register_heif_opener()

FOLDER = Path(skimage.__file__).parent / "data"
SIDEWAYS = 6  # EXIF: turn a quarter clockwise to see it upright
unique = itertools.count()


@cache
def photograph(name: str = "rocket.jpg") -> bytes:
    return (FOLDER / name).read_bytes()


def picture(
    format: str = "JPEG",
    *,
    of: str = "coffee.png",
    size: tuple[int, int] | None = None,
    orientation: int = 0,
    gps: bool = False,
    taken: str = "",
) -> bytes:
    """A photograph in another format, never the same bytes twice."""
    with Image.open(FOLDER / of) as opened:
        image = opened.convert("RGB")
    if size:
        image = image.resize(size)
    image.putpixel((0, 0), (next(unique) % 256, next(unique) // 256 % 256, 7))
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = f"Test camera {next(unique)}"
    if orientation:
        exif[ExifTags.Base.Orientation] = orientation
    if taken:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    if gps:
        place = exif.get_ifd(ExifTags.IFD.GPSInfo)
        place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (47.0, 22.0, 0.0)
        place[ExifTags.GPS.GPSLongitudeRef], place[ExifTags.GPS.GPSLongitude] = "E", (8.0, 32.0, 0.0)
    buffer = BytesIO()
    image.save(buffer, format, exif=exif.tobytes(), **({"lossless": True} if format == "WEBP" else {}))
    return buffer.getvalue()


def saved(image: Image.Image, format: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


FOUR_COLOURS = {(0, 0): (200, 30, 30), (1, 0): (30, 160, 30), (0, 1): (40, 40, 200), (1, 1): (210, 200, 40)}


def quarters(size: tuple[int, int] = (96, 64)) -> Image.Image:
    """Red and green above blue and yellow, so that one sees which side is up."""
    image = Image.new("RGB", size)
    width, height = size[0] // 2, size[1] // 2
    for (x, y), colour in FOUR_COLOURS.items():
        image.paste(colour, (x * width, y * height, (x + 1) * width, (y + 1) * height))
    return image


def colours_of(image: Image.Image) -> list[tuple[int, int, int]]:
    """The colour in the middle of each quarter: above left, above right, below left, below right."""
    shown = image.convert("RGB")
    places = itertools.product((1, 3), (1, 3))
    return [cast("tuple[int, int, int]", shown.getpixel((shown.width * x // 4, shown.height * y // 4))) for y, x in places]


def film(length: int = 5, size: tuple[int, int] = (120, 80)) -> list[Image.Image]:
    """A light square on its way from left to right."""
    frames = [Image.new("RGB", size, (20, 40, 90)) for _ in range(length)]
    side = size[1] // 3
    for number, frame in enumerate(frames):
        left = (size[0] - side) * number // max(1, length - 1)
        frame.paste((240, 220, 60), (left, side, left + side, 2 * side))
    return frames


def moving(format: str, frames: list[Image.Image] | None = None, *, duration: int | list[int] = 120, **options: Any) -> bytes:
    """As GIF, PNG, WEBP or AVIF."""
    first, *rest = frames or film()
    return saved(first, format, save_all=True, append_images=rest, duration=duration, **options)


# Of the D50 white that profiles are relative to; each row is a primary, so the three add up to white.
PROFILES = {
    "Display P3": (((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407)), 2.2),
    "Adobe RGB": (((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)), 2.19921875),
}


def icc_profile(name: str) -> bytes:
    """A real ICC profile, version 2: three primaries and one curve."""
    rows, gamma = PROFILES[name]

    def xyz(values: tuple[float, float, float]) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    title = name.encode() + b"\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", len(title)) + title + bytes(78)
    blocks = {
        b"desc": description + bytes(-len(description) % 4),
        b"cprt": b"text\0\0\0\0none\0\0\0\0",
        b"wtpt": xyz((0.9642, 1.0, 0.82491)),
        **{key: xyz(row) for key, row in zip((b"rXYZ", b"gXYZ", b"bXYZ"), rows, strict=True)},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    start, table, body = 128 + 4 + 12 * len(blocks), b"", b""
    for key, block in blocks.items():
        table += key + struct.pack(">II", start + len(body), len(block))
        body += block
    size = start + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"test", 0x02400000, b"mntr", b"RGB ", b"XYZ ") + struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    head += b"acsp" + bytes(28) + xyz((0.9642, 1.0, 0.82491))[8:]
    return head.ljust(128, b"\0") + struct.pack(">I", len(blocks)) + table + body


def without_end(jpeg: bytes) -> bytes:
    assert jpeg.endswith(b"\xff\xd9")
    return jpeg[:-2]


def without_adobe_marker(jpeg: bytes) -> bytes:
    """What says that the inks are written the other way round."""
    start = jpeg.index(b"\xff\xee")
    return jpeg[:start] + jpeg[start + 2 + int.from_bytes(jpeg[start + 2 : start + 4]) :]


def png(size: tuple[int, int], rows: bytes, *, depth: int = 8, colours: int = 2) -> bytes:
    """A PNG of these rows of pixels, each with its filter's byte. `colours` is the standard's number: 2 is RGB."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">2I5B", *size, depth, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")

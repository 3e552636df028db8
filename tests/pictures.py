"""Real photographs (scikit-image carries some) and files made from them."""

import itertools
from functools import cache
from io import BytesIO
from pathlib import Path

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

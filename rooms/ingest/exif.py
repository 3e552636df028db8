"""The few facts of EXIF and XMP that Salon keeps. A date out of range or a lying tag is simply no date."""

from datetime import UTC, datetime

from PIL import ExifTags, Image

FORMAT = "%Y:%m:%d %H:%M:%S"


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


def is_located(image: Image.Image) -> bool:
    """Whether the file says where it was taken, in EXIF or in XMP."""
    places = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    xmp = image.info.get("xmp", b"")
    text = xmp if isinstance(xmp, bytes) else str(xmp).encode()
    return ExifTags.GPS.GPSLatitude in places or b"GPSLatitude" in text

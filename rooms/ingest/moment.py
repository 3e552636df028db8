"""When the shutter opened, and in which time zone. A date out of range or a lying tag is simply no date."""

import re
from datetime import UTC, datetime, timedelta

from PIL import ExifTags, Image

from rooms.ingest import exif

CLOCK = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)", re.ASCII)
OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)
UNKNOWN = re.compile(r"[\s:]*")  # what cameras write when they do not know
FIRST_PHOTOGRAPH = 1826
WEST, EAST = -12 * 60, 14 * 60  # minutes; no zone on Earth is further from UTC
QUARTER = 15  # minutes
# Of the zones that are no whole hours from UTC there are only these. A clock that is wrong, or a fix of the satellites that is old,
# mostly lands elsewhere.
ODD_ZONES = {-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825}
CLOCK_ERROR = 3  # minutes a camera's clock may be wrong, or a fix of the satellites old

Moment = tuple[datetime | None, int | None]
NEVER: Moment = (None, None)


def taken(tags: Image.Exif) -> Moment:
    """When, and how many minutes east of UTC the camera's zone was. Without a zone its clock is taken to show UTC."""
    details = exif.directory(tags, ExifTags.IFD.Exif)
    clock = moment(exif.text(details.get(ExifTags.Base.DateTimeOriginal)))
    if clock is None:
        return NEVER
    said = exif.text(details.get(ExifTags.Base.OffsetTimeOriginal))
    if not UNKNOWN.fullmatch(said):
        return in_zone(clock, minutes(said)) if minutes(said) is not None else NEVER
    return in_zone(clock, zone_by_satellite(clock, exif.directory(tags, ExifTags.IFD.GPSInfo)))


def in_zone(clock: datetime, zone: int | None) -> Moment:
    try:
        return clock - timedelta(minutes=zone or 0), zone
    except OverflowError:
        return NEVER


def moment(text: str) -> datetime | None:
    match = CLOCK.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups())
    try:
        found = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return found if year >= FIRST_PHOTOGRAPH else None


def minutes(offset: str) -> int | None:
    if offset == "Z":
        return 0
    match = OFFSET.fullmatch(offset)
    if match is None or int(match[3]) >= 60:
        return None
    found = (int(match[2]) * 60 + int(match[3])) * (-1 if match[1] == "-" else 1)
    return found if WEST <= found <= EAST else None


def zone_by_satellite(clock: datetime, place: exif.Tags) -> int | None:
    """Satellites tell UTC: what the camera's clock is ahead of them is its zone."""
    utc = satellite_time(place)
    if utc is None:
        return None
    ahead = (clock - utc).total_seconds() / 60
    zone = round(ahead / QUARTER) * QUARTER
    is_one = WEST <= zone <= EAST and (zone % 60 == 0 or zone in ODD_ZONES)
    return zone if is_one and abs(ahead - zone) <= CLOCK_ERROR else None


def satellite_time(place: exif.Tags) -> datetime | None:
    day, time = exif.text(place.get(ExifTags.GPS.GPSDateStamp)), place.get(ExifTags.GPS.GPSTimeStamp)
    if not isinstance(time, tuple) or len(time) != 3:
        return None
    parts = [exif.number(part, most=most) for part, most in zip(time, (23, 59, 60), strict=True)]
    midnight = moment(f"{day} 00:00:00")
    if midnight is None or None in parts:
        return None
    hours, minutes, seconds = (part or 0 for part in parts)
    return midnight + timedelta(hours=hours, minutes=minutes, seconds=seconds)

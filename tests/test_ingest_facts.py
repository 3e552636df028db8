"""What a file says of how, when and where it was taken, as far as it can be believed. Tags lie; none of them may do more than that."""

import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from rooms.ingest import exif
from rooms.ingest.camera import camera
from rooms.ingest.inspect import inspect
from rooms.ingest.look import look
from rooms.ingest.moment import taken
from rooms.ingest.place import coordinates
from tests.pictures import quarters, saved

pytestmark = pytest.mark.once

EXIF, GPS, BASE = ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo, ExifTags.Base


def tags(*, image: Mapping[Any, Any] = {}, details: Mapping[Any, Any] = {}, place: Mapping[Any, Any] = {}) -> Image.Exif:
    """As they come out of a real file."""
    written = Image.Exif()
    written.update(image)
    written.get_ifd(EXIF).update(details)
    written.get_ifd(GPS).update(place)
    with Image.open(BytesIO(saved(quarters(), "JPEG", exif=written.tobytes()))) as opened:
        return opened.getexif()


def moment(clock: str, offset: str | None = None, **place: Any) -> tuple[datetime | None, int | None]:
    details = {BASE.DateTimeOriginal: clock} | ({} if offset is None else {BASE.OffsetTimeOriginal: offset})
    return taken(tags(details=details, place={ExifTags.GPS[name]: value for name, value in place.items()}))


def utc(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 7, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        ("+02:00", (utc(14, 13, 30), 120)),
        ("-09:30", (utc(15, 1), -570)),
        ("+05:45", (utc(14, 9, 45), 345)),
        ("Z", (utc(14, 15, 30), 0)),
        ("+14:00", (utc(14, 1, 30), 840)),
        ("   :  ", (utc(14, 15, 30), None)),
        (None, (utc(14, 15, 30), None)),
    ],
)
def test_the_time_zone_of_the_camera_is_read(offset: str | None, expected: tuple[datetime, int | None]) -> None:
    assert moment("2026:07:14 15:30:00", offset) == expected


@pytest.mark.parametrize("offset", ["+25:00", "-13:00", "+14:15", "+02:75", "two", "+2", "+02:00:00", "٠٢:٠٠"])
def test_a_time_zone_that_is_none_makes_no_date(offset: str) -> None:
    assert moment("2026:07:14 15:30:00", offset) == (None, None)


@pytest.mark.parametrize(
    "clock",
    [
        "2026:07:14 24:00:00",
        "0000:07:14 15:30:00",
        "0000:00:00 00:00:00",
        "2026:02:30 10:00:00",
        "1700:01:01 00:00:00",
        "yesterday",
        "",
        "    :  :     :  :  ",
        "2026:07:14",
        "2026:07:14 15:30:60",
        "20260:7:14 15:30:00",
    ],
)
def test_a_date_that_is_none_is_no_date(clock: str) -> None:
    assert moment(clock, "+02:00") == (None, None)


def test_a_date_at_the_end_of_time_does_no_harm() -> None:
    assert moment("9999:12:31 23:59:59", "-12:00") == (None, None)
    assert moment("1826:01:01 00:00:00", "+14:00")[1] == 840


@pytest.mark.parametrize(
    ("clock", "satellites", "expected"),
    [
        ("2026:07:14 15:30:00", ("2026:07:14", (13, 30, 2)), (utc(14, 13, 30), 120)),
        ("2026:07:14 15:30:00", ("2026:07:14", (9, 44, 0)), (utc(14, 9, 45), 345)),  # Nepal, and a clock a minute off
        ("2026:07:14 00:30:00", ("2026:07:13", (10, 30, 0)), (utc(13, 10, 30), 840)),
        ("2026:07:14 15:30:00", ("2026:07:14", (13, 10, 0)), (utc(14, 15, 30), None)),  # a fix of twenty minutes ago
        ("2026:07:14 15:30:00", ("2026:07:14", (13, 15, 0)), (utc(14, 15, 30), None)),  # no place on Earth has two and a quarter
        ("2026:07:14 15:30:00", ("2026:07:10", (13, 30, 0)), (utc(14, 15, 30), None)),
        ("2026:07:14 15:30:00", ("2026:07:14", (25, 30, 0)), (utc(14, 15, 30), None)),
        ("2026:07:14 15:30:00", ("0000:00:00", (13, 30, 0)), (utc(14, 15, 30), None)),
    ],
)
def test_satellites_tell_the_zone_of_a_camera_that_does_not(
    clock: str, satellites: tuple[str, tuple[float, ...]], expected: tuple[datetime, int | None]
) -> None:
    assert moment(clock, GPSDateStamp=satellites[0], GPSTimeStamp=satellites[1]) == expected


def test_what_the_camera_says_of_its_zone_goes_before_what_satellites_make_likely() -> None:
    assert moment("2026:07:14 15:30:00", "+01:00", GPSDateStamp="2026:07:14", GPSTimeStamp=(13, 30, 0)) == (utc(14, 14, 30), 60)


def test_camera_lens_and_exposure_are_said_as_photographers_say_them() -> None:
    details = {
        BASE.LensModel: "EF24-70mm f/2.8L II USM",
        BASE.ExposureTime: IFDRational(1, 250),
        BASE.FNumber: 1.8,
        BASE.ISOSpeedRatings: 125,
        BASE.FocalLength: 50.0,
    }
    assert camera(tags(image={BASE.Make: "Canon", BASE.Model: "Canon EOS R5"}, details=details)) == {
        "make": "Canon",
        "model": "Canon EOS R5",
        "lens": "EF24-70mm f/2.8L II USM",
        "exposure": "1/250 s",
        "aperture": "f/1.8",
        "iso": 125,
        "focal_length": "50 mm",
    }


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({BASE.ExposureTime: 2.5}, {"exposure": "2.5 s"}),
        ({BASE.ExposureTime: 30.0}, {"exposure": "30 s"}),
        ({BASE.ExposureTime: IFDRational(1, 3)}, {"exposure": "0.3 s"}),
        ({BASE.ExposureTime: IFDRational(1, 8000)}, {"exposure": "1/8000 s"}),
        ({BASE.FNumber: 8.0}, {"aperture": "f/8"}),
        ({BASE.FocalLength: 6.765}, {"focal_length": "6.8 mm"}),
        ({BASE.FocalLength: 6.765, BASE.FocalLengthIn35mmFilm: 26}, {"focal_length": "26 mm"}),
        ({BASE.FocalLength: 6.765, BASE.FocalLengthIn35mmFilm: 0}, {"focal_length": "6.8 mm"}),
        ({BASE.ISOSpeedRatings: (400, 0)}, {"iso": 400}),
    ],
)
def test_numbers_are_rounded_to_what_people_read(details: dict[int, Any], expected: dict[str, Any]) -> None:
    assert camera(tags(details=details)) == expected


@pytest.mark.parametrize(
    "details",
    [
        {BASE.ExposureTime: IFDRational(1, 0)},
        {BASE.ExposureTime: IFDRational(0, 0)},
        {BASE.ExposureTime: 0.0},
        {BASE.FNumber: 0.0},
        {BASE.FNumber: "wide open"},
        {BASE.ISOSpeedRatings: 0},
        {BASE.FocalLength: IFDRational(0, 5)},
        {BASE.LensModel: " \0\0 "},
        {BASE.LensModel: 5},
    ],
)
def test_what_nobody_can_mean_is_absent(details: dict[int, Any]) -> None:
    assert camera(tags(details=details)) == {}


def test_names_are_one_short_line_of_what_can_be_seen() -> None:
    assert exif.text("Mo\x07del\r\n\u202eevil\0\0\0") == "Modelevil"
    assert exif.text("  much\t \0 space ") == "much space"
    assert exif.text("Caméra".encode()) == exif.text("Caméra".encode().decode("latin-1")) == "Caméra"
    assert exif.text("x" * 500) == "x" * exif.LONGEST_TEXT
    assert exif.text(b"\xff\xfe") == "ÿþ"
    assert [exif.text(value) for value in (None, 7, (1, 2), ["a"])] == [""] * 4


ZURICH: dict[int, Any] = {ExifTags.GPS.GPSLatitude: (47.0, 22.0, 7.5), ExifTags.GPS.GPSLongitude: (8.0, 32.0, 30.0)}
SIDES: dict[int, Any] = {ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLongitudeRef: "E"}


def test_coordinates_are_degrees_of_their_side() -> None:
    assert coordinates(tags(place=ZURICH | SIDES)) == (47.36875, 8.541667)
    other: dict[int, Any] = {ExifTags.GPS.GPSLatitudeRef: "S", ExifTags.GPS.GPSLongitudeRef: "W"}
    assert coordinates(tags(place=ZURICH | other)) == (-47.36875, -8.541667)


@pytest.mark.parametrize(
    "lie",
    [
        {ExifTags.GPS.GPSLatitude: (90.0, 0.0, 1.0)},
        {ExifTags.GPS.GPSLongitude: (180.0, 0.0, 1.0)},
        {ExifTags.GPS.GPSLatitude: (47.0, 22.0)},
        {ExifTags.GPS.GPSLatitude: 47.0},
        {ExifTags.GPS.GPSLatitude: (IFDRational(47, 0), 22.0, 0.0)},
        {ExifTags.GPS.GPSLatitudeRef: "up"},
        {ExifTags.GPS.GPSLongitudeRef: ""},
    ],
)
def test_coordinates_that_are_nowhere_are_none(lie: dict[int, Any]) -> None:
    found = tags(place=ZURICH | SIDES | lie)
    assert coordinates(found) == (None, None)
    assert coordinates(tags(place=ZURICH)) == (None, None), "which side of the equator?"


def test_all_of_it_comes_through_the_child_process() -> None:
    written = Image.Exif()
    written[BASE.Model] = "Test camera"
    written.get_ifd(EXIF).update({BASE.DateTimeOriginal: "2026:07:14 15:30:00", BASE.OffsetTimeOriginal: "+02:00", BASE.FNumber: 1.8})
    written.get_ifd(GPS).update(ZURICH | SIDES)
    for format in ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF"):
        found = inspect(BytesIO(saved(quarters(), format, exif=written.tobytes())), "picture")
        assert (found.taken_at, found.taken_zone) == (utc(14, 13, 30), 120), format
        assert found.camera == {"model": "Test camera", "aperture": "f/1.8"}
        assert (found.located, found.latitude, found.longitude) == (True, 47.36875, 8.541667)


def with_page_before(tiff: bytes) -> bytes:
    """Another page goes first, in grey, with the same pixels and none of the tags."""
    assert tiff.startswith(b"II")
    with Image.open(BytesIO(tiff)) as image:
        start = image.tag_v2[273][0]  # type: ignore[attr-defined]
    numbers = {256: 96, 257: 64, 258: 8, 259: 1, 262: 1, 273: start, 277: 1, 278: 64, 279: 96 * 64}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, number) for tag, number in numbers.items())
    old = struct.unpack("<I", tiff[4:8])[0]
    even = tiff + bytes(len(tiff) % 2)
    return even[:4] + struct.pack("<I", len(even)) + even[8:] + struct.pack("<H", len(numbers)) + entries + struct.pack("<I", old)


def test_a_place_on_the_second_page_of_a_tiff_counts() -> None:
    written = Image.Exif()
    written.get_ifd(GPS).update(ZURICH | SIDES)
    content = with_page_before(saved(quarters(), "TIFF", exif=written.tobytes()))
    found = inspect(BytesIO(content), "a.tif")
    assert (found.width, found.located, found.latitude) == (96, True, None)
    assert not inspect(BytesIO(with_page_before(saved(quarters(), "TIFF"))), "a.tif").located


BUSY = saved(
    quarters(),
    "JPEG",
    exif=tags(
        image={BASE.Make: "Canon", BASE.Orientation: 6},
        details={BASE.DateTimeOriginal: "2026:07:14 15:30:00", BASE.ExposureTime: 0.004, BASE.ISOSpeedRatings: 100, BASE.FNumber: 1.8},
        place=ZURICH | SIDES | {ExifTags.GPS.GPSDateStamp: "2026:07:14", ExifTags.GPS.GPSTimeStamp: (13, 30, 0)},
    ).tobytes(),
)
START = BUSY.index(b"Exif\0\0") + 6
LENGTH = struct.unpack(">H", BUSY[START - 8 : START - 6])[0] - 8


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, LENGTH - 1), st.integers(0, 255)), min_size=1, max_size=12))
@pytest.mark.filterwarnings("ignore")
def test_whatever_tags_say_the_picture_is_taken(lies: list[tuple[int, int]]) -> None:
    content = bytearray(BUSY)
    for place, value in lies:
        content[START + place] = value
    found = look(BytesIO(content), "jpeg")
    assert sorted((found["width"], found["height"])) == [64, 96]
    assert found["taken_at"] is None or datetime.fromisoformat(found["taken_at"]).tzinfo is not None
    assert (found["latitude"] is None) == (found["longitude"] is None)
    assert found["latitude"] is None or abs(found["latitude"]) <= 90
    assert all(isinstance(value, str | int) and len(str(value)) <= exif.LONGEST_TEXT for value in found["camera"].values())

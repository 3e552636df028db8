"""Bytes go to members only, in the part they ask for, and carry nothing that was not meant for them."""

import os
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import ExifTags, Image

from rooms import files
from rooms.ingest.derive import EDGES, derive
from rooms.models import Edition, Originals, PhotoState
from rooms.serving.ranges import part_of
from tests.originals import Piece, new, spliced, stored
from tests.people import Cast, anonymous, problem
from tests.pictures import SIDEWAYS, picture
from tests.services import wait_until

LARGE = (2400, 1600)
NOON = datetime(2024, 7, 14, 12, 0, tzinfo=UTC)


def developed(cast: Cast, content: bytes, name: str = "a.jpg") -> dict[str, Any]:
    answer = cast.cleo.api.post(f"{cast.path}/photos", files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    address = f"{cast.path}/photos/{answer.json()['id']}"
    wait_until("the photo is developed", lambda: cast.vic.api.get(address).json()["state"] != "developing")
    photo: dict[str, Any] = cast.vic.api.get(address).json()
    assert photo["state"] == "ready"
    return photo


def open_picture(response: httpx.Response) -> Image.Image:
    return Image.open(BytesIO(response.content))


def test_derivatives_are_webp_of_their_size_without_metadata(cast: Cast) -> None:
    photo = developed(cast, picture(size=LARGE, gps=True))
    for name, edge in EDGES.items():
        response = cast.vic.browser.get(photo["media"][name])
        assert response.headers["Content-Type"] == "image/webp"
        with open_picture(response) as image:
            assert image.format == "WEBP"
            assert max(image.size) == edge
            assert image.size[0] / image.size[1] == pytest.approx(1.5, abs=0.01)
            assert not image.getexif()
            assert not {"exif", "icc_profile", "xmp"} & set(image.info)


@pytest.mark.parametrize(("name", "format"), [("a.jpg", "JPEG"), ("a.heic", "HEIF"), ("a.webp", "WEBP"), ("a.png", "PNG")])
def test_a_photo_taken_sideways_is_shown_upright(cast: Cast, name: str, format: str) -> None:
    photo = developed(cast, picture(format, size=(600, 400), orientation=SIDEWAYS), name)
    assert (photo["width"], photo["height"]) == (400, 600)
    with open_picture(cast.vic.browser.get(photo["media"]["grid"])) as image:
        assert image.size == (400, 600)


def test_a_small_photo_is_not_blown_up(cast: Cast) -> None:
    photo = developed(cast, picture(size=(200, 150)))
    with open_picture(cast.vic.browser.get(photo["media"]["view"])) as image:
        assert image.size == (200, 150)


@pytest.mark.parametrize("mode", ["CMYK", "L", "P", "LA", "RGBA", "1", "I;16"])
def test_every_kind_of_pixel_becomes_a_picture_that_looks_the_same(mode: str) -> None:
    grey = Image.new("I;16", (64, 48), 128 * 256) if mode == "I;16" else Image.new("L", (64, 48), 255 if mode == "1" else 128).convert(mode)
    buffer, format = BytesIO(), "JPEG" if mode == "CMYK" else "PNG"
    grey.save(buffer, format)
    with Image.open(BytesIO(derive(BytesIO(buffer.getvalue()), format.lower())["view"])) as view:
        expected = 255 if mode == "1" else 128
        assert view.convert("L").getpixel((20, 20)) == pytest.approx(expected, abs=6)


def kept(cast: Cast, variant: str = "view", **fields: Any) -> str:
    """The address of a photo of Cleo's."""
    pictures = {name: picture("WEBP", size=(edge // 4, edge // 6)) for name, edge in EDGES.items()}
    photo = stored(cast.membership(cast.cleo), picture(size=LARGE), pictures=pictures, **fields)
    return f"/media/{cast.slug}/{photo.id}/{variant}"


def test_everybody_gets_the_edition_that_is_for_them(cast: Cast) -> None:
    content = b"".join([b"JPEG", b"place", b"pixels"])
    without_location: list[Piece] = [[0, 4], new(b"-----"), [9, 15]]
    without_metadata: list[Piece] = [[0, 4], [9, 15], new(b"!")]
    editions = {Originals.WITHOUT_LOCATION: without_location, Originals.WITHOUT_METADATA: without_metadata}
    photo = stored(cast.membership(cast.cleo), content, editions)
    tags = set()
    for policy, expected in {"as_is": content, "without_location": b"JPEG-----pixels", "without_metadata": b"JPEGpixels!"}.items():
        cast.olive.api.patch(cast.path, json={"originals": policy})
        for person, bytes in ((cast.vic, expected), (cast.olive, expected), (cast.cleo, content)):
            response = person.browser.get(f"/media/{cast.slug}/{photo.id}/original")
            assert (response.status_code, response.content) == (200, bytes), f"{person} {policy}"
            assert int(response.headers["Content-Length"]) == len(bytes)
            tags.add((response.headers["ETag"], bytes))
    assert len(tags) == len({tag for tag, _ in tags}) == 3


def test_what_others_download_of_an_upload_tells_no_place_and_shows_the_same_pixels(cast: Cast) -> None:
    content = picture(gps=True)
    photo = developed(cast, content)
    assert photo["located"] is True
    assert cast.cleo.browser.get(photo["media"]["original"]).content == content
    with open_picture(cast.vic.browser.get(photo["media"]["original"])) as image, Image.open(BytesIO(content)) as own:
        assert own.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        assert not image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        assert image.getexif()[ExifTags.Base.Model] == own.getexif()[ExifTags.Base.Model]
        assert image.tobytes() == own.tobytes()


def test_where_there_is_no_edition_for_others_only_whoever_added_the_photo_gets_the_original(cast: Cast) -> None:
    photo = stored(cast.membership(cast.cleo), picture(gps=True), pictures={"view": b"a picture"})
    for with_row in (True, False):
        if not with_row:
            Edition.objects.filter(photo=photo).delete()
        assert cast.cleo.browser.get(f"/media/{cast.slug}/{photo.id}/original").status_code == 200
        for person in (cast.olive, cast.mo, cast.vic):
            assert person.browser.get(f"/media/{cast.slug}/{photo.id}/original").status_code == 404
            assert person.browser.get(f"/media/{cast.slug}/{photo.id}/view").status_code == 200


def test_an_original_that_is_not_whole_any_more_is_not_there(cast: Cast) -> None:
    photo = stored(cast.membership(cast.cleo), picture())
    address = f"/media/{cast.slug}/{photo.id}/original"
    assert cast.cleo.browser.get(address).status_code == 200
    path = files.path(files.name_of(photo, "original"))
    os.truncate(path, photo.size - 1)
    assert cast.cleo.browser.get(address).status_code == 404
    path.unlink()
    assert cast.cleo.browser.get(address).status_code == 404


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"taken_at": NOON, "taken_zone": 120}, "salon-20240714-140000.jpg"),
        ({"taken_at": NOON}, "salon-20240714-120000.jpg"),
        ({"added_at": NOON, "taken_zone": 120, "format": "heic"}, "salon-20240714-120000.heic"),
        ({"taken_at": datetime(1, 1, 1, tzinfo=UTC), "taken_zone": -720}, "salon-00010101-000000.jpg"),
    ],
)
def test_a_download_is_named_by_the_clock_on_the_spot_and_by_nothing_else(cast: Cast, fields: dict[str, Any], name: str) -> None:
    response = cast.cleo.browser.get(kept(cast, "original", **fields))
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response.headers["Content-Type"] == f"image/{fields.get('format', 'jpeg')}"


def test_until_the_large_picture_is_there_its_address_shows_the_smaller_one(cast: Cast) -> None:
    photo = stored(cast.membership(cast.cleo), picture(), state=PhotoState.FAILED, pictures={"grid": b"small", "thumb": b"tiny"})
    address = f"/media/{cast.slug}/{photo.id}"
    first = cast.vic.browser.get(f"{address}/view")
    assert (first.status_code, first.content) == (200, b"small")
    assert (cast.vic.browser.get(f"{address}/grid").content, cast.vic.browser.get(f"{address}/thumb").content) == (b"small", b"tiny")
    known = {"If-None-Match": first.headers["ETag"]}
    assert cast.vic.browser.get(f"{address}/view", headers=known).status_code == 304
    files.keep(files.name_of(photo, "view"), b"large")
    second = cast.vic.browser.get(f"{address}/view", headers=known)
    assert (second.status_code, second.content) == (200, b"large")


def test_the_time_of_the_shutter_is_read(cast: Cast) -> None:
    assert developed(cast, picture(taken="2024:07:14 15:30:00"))["taken_at"] == "2024-07-14T15:30:00.000Z"
    assert developed(cast, picture(taken="not a date"))["taken_at"] is None


def test_strangers_removed_and_signed_out_people_get_not_a_byte(cast: Cast) -> None:
    grid = kept(cast, "grid")
    with anonymous(cast.vic.server) as visitor:
        for address in (grid.replace("grid", variant) for variant in ("thumb", "grid", "view", "original", "nonsense")):
            answers = [client.get(address) for client in (cast.rita.browser, cast.sam.browser, visitor)]
            assert [answer.status_code for answer in answers] == [404] * 3
            assert all("image" not in answer.headers["Content-Type"] for answer in answers)
    assert cast.vic.browser.get(grid).status_code == 200


def test_an_address_of_a_removed_photo_stops_working(cast: Cast) -> None:
    address = kept(cast)
    assert cast.vic.browser.get(address).status_code == 200
    cast.cleo.api.delete(f"{cast.path}/photos/{address.split('/')[-2]}")
    for person in (cast.vic, cast.cleo, cast.olive):
        assert {person.browser.get(address.replace("view", variant)).status_code for variant in ("view", "grid", "original")} == {404}


def test_an_address_stops_working_with_the_membership(cast: Cast) -> None:
    address = kept(cast)
    assert cast.vic.browser.get(address).status_code == 200
    cast.olive.api.delete(f"{cast.path}/members/{cast.vic.user.id}")
    assert cast.vic.browser.get(address).status_code == 404


def test_a_bearer_token_opens_media_too(cast: Cast) -> None:
    address = kept(cast)
    with anonymous(cast.vic.server) as script:
        assert script.get(address, headers={"Authorization": f"Bearer {cast.vic.token}"}).status_code == 200
        assert script.get(address, headers={"Authorization": "Bearer salon_wrong"}).status_code == 404


def test_a_copy_is_private_and_asked_about_each_time(cast: Cast) -> None:
    address = kept(cast)
    first = cast.vic.browser.get(address)
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    again = cast.vic.browser.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert cast.vic.browser.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    head = cast.vic.browser.head(address)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(first.content)))


def test_a_range_gets_that_part(cast: Cast) -> None:
    content = picture("PNG", size=(1200, 800))
    assert len(content) > 600_000  # longer than one chunk
    middle = len(content) // 2
    pieces: list[Piece] = [[0, 100], new(b"spliced"), [110, middle], [middle, len(content)], new(b"end")]
    photo = stored(cast.membership(cast.cleo), content, {Originals.WITHOUT_LOCATION: pieces})
    address, expected = f"/media/{cast.slug}/{photo.id}/original", spliced(content, pieces)
    size = len(expected)

    def part(header: str, **headers: str) -> httpx.Response:
        return cast.vic.browser.get(address, headers={"Range": header, **headers})

    for start, stop in ((0, 100), (98, 103), (101, 120), (1000, size), (middle - 9, size - 1), (0, size), (size - 1, size), (105, 400_000)):
        response = part(f"bytes={start}-{stop - 1}")
        assert (response.status_code, response.content) == (206, expected[start:stop])
        assert response.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{size}"
    assert (part("bytes=1000-").content, part("bytes=-50").content) == (expected[1000:], expected[-50:])
    beyond = part(f"bytes={size}-")
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")
    etag = beyond.headers["ETag"]
    assert part("bytes=0-9", **{"If-Range": etag}).status_code == 206
    assert part("bytes=0-9", **{"If-Range": '"changed"'}).status_code == 200
    assert part("bytes=0-1,5-9").content == expected
    head = cast.vic.browser.head(address, headers={"Range": "bytes=0-9"})  # a range is a matter of GET
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(size))


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", None),
        ("bytes=0-0", (0, 1)),
        ("bytes=5-", (5, 5)),
        ("bytes=-4", (6, 4)),
        ("bytes=-99", (0, 10)),
        ("bytes=2-99", (2, 8)),
        ("bytes=7-3", None),
        ("bytes=-", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
        ("bytes=٠-١", None),
    ],
)
def test_ranges_are_read_as_the_standard_says(header: str, part: tuple[int, int] | None) -> None:
    assert part_of(header, 10) == part


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=-0", "bytes=10-12"])
def test_a_range_outside_the_file_is_an_error(header: str) -> None:
    with pytest.raises(ValueError, match="bytes"):
        part_of(header, 10)


def test_a_photo_awaiting_its_derivatives_answers_404_without_a_traceback(cast: Cast) -> None:
    from rooms.models import Photo, PhotoState
    from tests.rows import made_up_photo

    photo = made_up_photo(cast.membership(cast.cleo), seq=1, state=PhotoState.DEVELOPING)
    photo.save(force_insert=True)
    for variant in ("grid", "original"):
        assert cast.vic.browser.get(f"/media/{cast.slug}/{photo.id}/{variant}").status_code == 404
    Photo.objects.filter(pk=photo.pk).delete()
    problem(cast.vic.api.get(f"{cast.path}/photos/{photo.id}"), 404)

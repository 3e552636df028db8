"""Bytes go to members only, in the part they ask for, and carry nothing that was not meant for them."""

from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from rooms.ingest.derive import EDGES, derive
from rooms.media import part_of
from tests.people import Cast, anonymous, problem
from tests.pictures import SIDEWAYS, picture
from tests.services import wait_until

LARGE = (2400, 1600)


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


def test_the_original_is_what_came_to_the_byte(cast: Cast) -> None:
    content = picture("PNG")
    photo = developed(cast, content, "a.png")
    response = cast.vic.browser.get(photo["media"]["original"])
    assert response.content == content
    assert response.headers["Content-Type"] == "image/png"
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="salon-2')
    assert disposition.endswith('.png"')


def test_an_original_that_tells_a_place_goes_back_only_to_whoever_took_it_along(cast: Cast) -> None:
    photo = developed(cast, picture(gps=True))
    assert photo["located"] is True
    assert cast.cleo.browser.get(photo["media"]["original"]).status_code == 200
    for person in (cast.olive, cast.vic):
        assert person.browser.get(photo["media"]["original"]).status_code == 404
        assert person.browser.get(photo["media"]["view"]).status_code == 200


def test_the_time_of_the_shutter_is_read(cast: Cast) -> None:
    assert developed(cast, picture(taken="2024:07:14 15:30:00"))["taken_at"] == "2024-07-14T15:30:00.000Z"
    assert developed(cast, picture(taken="not a date"))["taken_at"] is None


def test_strangers_removed_and_signed_out_people_get_not_a_byte(cast: Cast) -> None:
    media = developed(cast, picture())["media"]
    with anonymous(cast.vic.server) as visitor:
        for address in (*media.values(), media["grid"].replace("grid", "nonsense")):
            answers = [client.get(address) for client in (cast.rita.browser, cast.sam.browser, visitor)]
            assert [answer.status_code for answer in answers] == [404] * 3
            assert all("image" not in answer.headers["Content-Type"] for answer in answers)
    assert cast.vic.browser.get(media["grid"]).status_code == 200


def test_an_address_of_a_removed_photo_stops_working(cast: Cast) -> None:
    photo = developed(cast, picture())
    assert cast.vic.browser.get(photo["media"]["view"]).status_code == 200
    cast.cleo.api.delete(f"{cast.path}/photos/{photo['id']}")
    for person in (cast.vic, cast.cleo, cast.olive):
        assert {person.browser.get(address).status_code for address in photo["media"].values()} == {404}


def test_an_address_stops_working_with_the_membership(cast: Cast) -> None:
    photo = developed(cast, picture())
    assert cast.vic.browser.get(photo["media"]["view"]).status_code == 200
    cast.olive.api.delete(f"{cast.path}/members/{cast.vic.user.id}")
    assert cast.vic.browser.get(photo["media"]["view"]).status_code == 404


def test_a_bearer_token_opens_media_too(cast: Cast) -> None:
    photo = developed(cast, picture())
    with anonymous(cast.vic.server) as script:
        assert script.get(photo["media"]["grid"], headers={"Authorization": f"Bearer {cast.vic.token}"}).status_code == 200
        assert script.get(photo["media"]["grid"], headers={"Authorization": "Bearer salon_wrong"}).status_code == 404


def test_a_copy_is_private_and_asked_about_each_time(cast: Cast) -> None:
    address = developed(cast, picture())["media"]["grid"]
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
    address = developed(cast, content, "a.png")["media"]["original"]

    def part(header: str, **headers: str) -> httpx.Response:
        return cast.vic.browser.get(address, headers={"Range": header, **headers})

    for header, expected in {"bytes=0-99": content[:100], "bytes=1000-": content[1000:], "bytes=-50": content[-50:]}.items():
        response = part(header)
        assert (response.status_code, response.content) == (206, expected)
        start = content.index(expected) if header != "bytes=0-99" else 0
        assert response.headers["Content-Range"] == f"bytes {start}-{start + len(expected) - 1}/{len(content)}"
    beyond = part(f"bytes={len(content)}-")
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(content)}")
    assert part("bytes=0-9", **{"If-Range": '"changed"'}).status_code == 200
    assert part("bytes=0-1,5-9").content == content


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

"""What stands for a room: a photo, and the colour of it."""

import uuid
from base64 import b64decode
from colorsys import rgb_to_hls
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageStat

from rooms import covers
from tests.people import Cast, Person, problem
from tests.pictures import FOLDER, picture
from tests.services import wait_until


def add(cast: Cast, who: Person, content: bytes | None = None) -> str:
    answer = who.api.post(f"{cast.path}/photos", files={"file": ("a.jpg", content or picture(size=(60, 40)))})
    assert answer.status_code == 201
    photo: str = answer.json()["id"]
    wait_until("it is developed", lambda: who.api.get(f"{cast.path}/photos/{photo}").json()["state"] == "ready")
    return photo


def room(cast: Cast) -> dict[str, Any]:
    answer: dict[str, Any] = cast.vic.api.get(cast.path).json()
    return answer


def grid(cast: Cast, photo: str) -> str:
    return f"/media/{cast.slug}/{photo}/grid"


def jpeg(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def test_without_a_photo_a_room_has_neither_cover_nor_colour(cast: Cast) -> None:
    assert [room(cast)[name] for name in ("cover", "cover_photo", "colour")] == [None, None, None]


def test_the_newest_photo_is_the_cover_until_one_is_chosen(cast: Cast) -> None:
    first, second = add(cast, cast.cleo), add(cast, cast.cleo)
    assert (room(cast)["cover"], room(cast)["cover_photo"]) == (grid(cast, second), None)
    chosen = cast.mo.api.patch(cast.path, json={"cover": first}).json()
    assert (chosen["cover"], chosen["cover_photo"]) == (grid(cast, first), first)
    add(cast, cast.cleo)
    assert room(cast)["cover"] == grid(cast, first)
    assert [one["cover"] for one in cast.vic.api.get("/rooms").json()["items"]] == [grid(cast, first)]
    assert cast.vic.browser.get(room(cast)["cover"]).status_code == 200


def test_a_chosen_cover_that_is_removed_gives_way_and_comes_back(cast: Cast) -> None:
    first, second = add(cast, cast.cleo), add(cast, cast.cleo)
    cast.olive.api.patch(cast.path, json={"cover": first})
    cast.cleo.api.delete(f"{cast.path}/photos/{first}")
    assert room(cast)["cover"] == grid(cast, second)
    cast.cleo.api.post(f"{cast.path}/photos/{first}/restore")
    assert room(cast)["cover"] == grid(cast, first)
    cast.cleo.api.delete(f"{cast.path}/photos/{first}")
    cast.cleo.api.delete(f"{cast.path}/removed/{first}")
    assert (room(cast)["cover"], room(cast)["cover_photo"]) == (grid(cast, second), None)


def test_null_is_the_newest_photo_again(cast: Cast) -> None:
    first, second = add(cast, cast.cleo), add(cast, cast.cleo)
    cast.mo.api.patch(cast.path, json={"cover": first})
    assert cast.mo.api.patch(cast.path, json={"cover": None}).json()["cover"] == grid(cast, second)
    cast.mo.api.patch(cast.path, json={"cover": first})
    kept = cast.olive.api.patch(cast.path, json={"name": "Renamed", "talk": None}).json()
    assert (kept["cover_photo"], kept["talk"]) == (first, True)


def test_the_room_hears_of_its_new_cover(cast: Cast) -> None:
    photo = add(cast, cast.cleo)
    seq = room(cast)["seq"]
    changed = cast.mo.api.patch(cast.path, json={"cover": photo}).json()
    (event,) = cast.vic.api.get(f"{cast.path}/events", params={"after": seq}).json()["events"]
    names = ("cover", "cover_photo", "colour", "talk", "name")
    assert (event["kind"], event["actor"]["name"]) == ("room.changed", "Mo")
    assert {name: event["data"][name] for name in names} == {name: changed[name] for name in names}


def test_a_cover_is_a_photo_that_the_room_shows(cast: Cast) -> None:
    gone = add(cast, cast.cleo)
    cast.cleo.api.delete(f"{cast.path}/photos/{gone}")
    other = cast.olive.api.post("/rooms", json={"name": "Another"}).json()["id"]
    foreign = cast.olive.api.post(f"/rooms/{other}/photos", files={"file": ("a.jpg", picture())}).json()["id"]
    seq = room(cast)["seq"]
    for photo in (gone, foreign, str(uuid.uuid4())):
        problem(cast.olive.api.patch(cast.path, json={"cover": photo}), 404)
    assert problem(cast.olive.api.patch(cast.path, json={"cover": "the one with the dog"}), 422)["field"] == "cover"
    assert room(cast)["seq"] == seq


def test_who_curates_may_choose_the_cover_and_nothing_else_of_the_room(cast: Cast) -> None:
    photo = add(cast, cast.cleo)
    assert cast.mo.api.patch(cast.path, json={"cover": photo}).status_code == 200
    for body in ({"cover": photo, "name": "Mine"}, {"talk": False}, {}):
        problem(cast.mo.api.patch(cast.path, json=body), 403)
    problem(cast.cleo.api.patch(cast.path, json={"cover": photo}), 403)
    assert (room(cast)["name"], room(cast)["talk"]) == ("Summer by the lake", True)


def test_whoever_manages_may_switch_talk_off(cast: Cast) -> None:
    assert "talk" in room(cast)["rights"]
    answer = cast.olive.api.patch(cast.path, json={"talk": False}).json()
    assert (answer["talk"], "talk" in answer["rights"], "talk" in room(cast)["rights"]) == (False, False, False)
    assert cast.olive.api.patch(cast.path, json={"talk": True}).json()["talk"] is True


@pytest.mark.parametrize("name", ["coffee.png", "astronaut.png", "rocket.jpg"])
def test_the_average_of_a_thumbhash_is_that_of_the_picture(cast: Cast, name: str) -> None:
    with Image.open(FOLDER / name) as opened:
        image = opened.convert("RGB")
    image.thumbnail((400, 400))
    photo = add(cast, cast.cleo, jpeg(image))
    thumbhash = cast.vic.api.get(f"{cast.path}/photos/{photo}").json()["thumbhash"]
    found = [round(part * 255) for part in covers.average(thumbhash)]
    assert found == pytest.approx(ImageStat.Stat(image).mean, abs=12)


@pytest.mark.parametrize(("colour", "strongest"), [((230, 20, 20), 0), ((20, 200, 30), 1), ((10, 20, 240), 2)])
def test_a_room_s_colour_is_that_of_its_cover_and_calm(cast: Cast, colour: tuple[int, int, int], strongest: int) -> None:
    add(cast, cast.cleo, jpeg(Image.new("RGB", (120, 80), colour)))
    found = rgb(room(cast)["colour"])
    assert found.index(max(found)) == strongest
    hue, light, loud = rgb_to_hls(*(part / 255 for part in found))
    turn = hue - rgb_to_hls(*(part / 255 for part in colour))[0]
    assert min(turn % 1, -turn % 1) < 0.05
    assert 0.29 <= light <= 0.71
    assert loud <= 0.46


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_black_and_white_make_a_grey_that_words_can_stand_on(cast: Cast, grey: int) -> None:
    add(cast, cast.cleo, jpeg(Image.new("L", (120, 80), grey)))
    red, green, blue = rgb(room(cast)["colour"])
    assert max(red, green, blue) - min(red, green, blue) < 12
    assert 70 <= green <= 185


def test_a_thumbhash_is_read_as_its_inventor_writes_it() -> None:
    """All coefficients of a colour are in the first 18 bits; what follows, and a hash that is broken, do not matter."""
    thumbhash = "1QcSHQRnh493V4dIh4eXh1h4kJUI"
    assert len(b64decode(thumbhash)) == 21
    assert covers.average(thumbhash) == covers.average(thumbhash[:4])
    assert covers.average("!") == covers.average("AAAA") == pytest.approx((0, 1 / 6, 2 / 3))

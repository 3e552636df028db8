"""Pictures that move: what moves in the original moves in the view, and what is said of it at upload is true."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from rooms.ingest import motion
from rooms.ingest.derive import derive
from rooms.ingest.formats import sniff
from rooms.ingest.inspect import inspect
from rooms.ingest.look import look
from tests.pictures import colours_of, film, icc_profile, moving, quarters, saved

pytestmark = pytest.mark.once

FORMATS = ("GIF", "WEBP", "PNG", "AVIF")


def format_of(content: bytes) -> str:
    format = sniff(content[:32])
    assert format is not None
    return format.name


def view(content: bytes) -> Image.Image:
    return Image.open(BytesIO(derive(BytesIO(content), format_of(content))["view"]))


def frames_of(image: Image.Image) -> list[tuple[Image.Image, int]]:
    found = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        image.load()
        found.append((image.convert("RGB"), round(image.info["duration"])))
    return found


def lightest_column(image: Image.Image) -> float:
    return float(np.asarray(image.convert("L"), float).mean(axis=0).argmax()) / image.width


@pytest.mark.parametrize("format", FORMATS)
def test_what_moves_goes_on_moving_at_its_own_pace(format: str) -> None:
    durations = [120, 120, 360, 120, 240]
    content = moving(format, duration=durations)
    found = inspect(BytesIO(content), "film")
    assert (found.animated, found.width, found.height) == (True, 120, 80)
    frames = frames_of(view(content))
    assert [duration for _, duration in frames] == durations
    places = [lightest_column(frame) for frame, _ in frames]
    assert places == sorted(places)
    assert places[-1] - places[0] > 0.5


@pytest.mark.parametrize("format", FORMATS)
def test_tiles_are_stills_of_the_first_picture(format: str) -> None:
    tile = inspect(BytesIO(moving(format)), "film").pictures
    for content in tile.values():
        with Image.open(BytesIO(content)) as image:
            assert getattr(image, "n_frames", 1) == 1
            assert lightest_column(image) < 0.3


@pytest.mark.parametrize(
    ("format", "loop", "times"),
    [("GIF", None, 1), ("GIF", 0, 0), ("GIF", 2, 3), ("WEBP", 0, 0), ("WEBP", 4, 4), ("PNG", 0, 0), ("PNG", 2, 2)],
)
def test_it_is_shown_as_often_as_the_original(format: str, loop: int | None, times: int) -> None:
    content = moving(format) if loop is None else moving(format, loop=loop)
    assert view(content).info["loop"] == times


def test_frames_as_short_as_nothing_take_as_long_as_browsers_give_them() -> None:
    assert {duration for _, duration in frames_of(view(moving("GIF", duration=[10, 200, 10, 200, 200])))} == {100, 200}
    assert {duration for _, duration in frames_of(view(moving("GIF", duration=30)))} == {30}


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_of_one_picture_again_and_again_does_not_move(format: str) -> None:
    content = moving(format, [quarters()] * 4)
    assert not inspect(BytesIO(content), "film").animated
    assert getattr(view(content), "n_frames", 1) == 1


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "AVIF", "JPEG", "HEIF"])
def test_a_still_does_not_move(format: str) -> None:
    content = saved(quarters(), format)
    assert not inspect(BytesIO(content), "still").animated
    assert getattr(view(content), "n_frames", 1) == 1


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("limit", ["MOST_PIXELS", "MOST_FRAMES"])
def test_what_is_too_long_is_a_still_and_says_so(format: str, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = moving(format)
    for allowed, animated in ((5, True), (4, False)):
        monkeypatch.setattr(motion, limit, allowed * (120 * 80 if limit == "MOST_PIXELS" else 1))
        assert look(BytesIO(content), format_of(content))["animated"] is animated
        shown = view(content)
        assert getattr(shown, "n_frames", 1) == (5 if animated else 1)
        assert lightest_column(shown) < 0.3


def test_an_animation_of_too_many_bytes_is_made_smaller_until_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (4, 300, 400, 3), np.uint8)
    content = moving("WEBP", [Image.fromarray(pixels) for pixels in noise], lossless=True)
    monkeypatch.setattr(motion, "LARGEST", 100_000)
    shown = view(content)
    assert getattr(shown, "n_frames", 1) == 4
    assert shown.size in {(200, 150), (100, 75)}
    assert len(derive(BytesIO(content), "webp")["view"]) <= 100_000


@pytest.mark.parametrize("format", ["GIF", "PNG"])
def test_of_an_animation_that_was_cut_the_rest_is_shown(format: str) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (8, 60, 80, 3), np.uint8)
    content = moving(format, [Image.fromarray(pixels) for pixels in noise])
    cut = content[: len(content) * 6 // 10]
    said = inspect(BytesIO(cut), "film").animated
    assert said
    assert 2 <= getattr(view(cut), "n_frames", 1) < 8


def test_the_picture_of_an_apng_for_those_who_cannot_show_it_is_not_part_of_the_film() -> None:
    content = moving("PNG", [quarters((120, 80)), *film(4)], default_image=True)
    assert colours_of(Image.open(BytesIO(inspect(BytesIO(content), "film").pictures["grid"])))[0][0] > 150
    frames = frames_of(view(content))
    assert len(frames) == 4
    assert lightest_column(frames[0][0]) < 0.3


def test_frames_are_upright_in_srgb_and_what_is_clear_stays_clear() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = moving("WEBP", exif=exif, icc_profile=icc_profile("Display P3"), lossless=True)
    shown = view(content)
    assert shown.size == (80, 120)
    assert not {"exif", "icc_profile"} & set(shown.info)
    assert frames_of(shown)[0][0].getpixel((40, 100))[2] > 92  # type: ignore[index]  # the blue of Display P3 is bluer than 90
    clear = [Image.new("RGBA", (60, 40), (255, 0, 0, alpha)) for alpha in (0, 120, 255)]
    assert view(moving("PNG", clear)).convert("RGBA").getchannel("A").getpixel((5, 5)) == 0


def test_large_frames_are_brought_to_the_size_of_the_view() -> None:
    frames = [frame.resize((2700, 1800)) for frame in film(3)]
    shown = view(moving("WEBP", frames))
    assert (shown.size, getattr(shown, "n_frames", 1)) == ((2016, 1344), 3)

"""JPEGs that are damaged, cut short or longer than they should be: shown if all of the picture is there, and refused if not.

Two libraries decode them. Nobody must be able to tell which of them did.
"""

from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from rooms.ingest import jpeg, opening, pixels
from salon.errors import InvalidError
from tests import pictures
from tests.looking import looked, opened, view
from tests.pictures import photograph, saved

pytestmark = pytest.mark.once

FILM = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41"


def progressive() -> bytes:
    photo = opened(photograph())
    return saved(photo, "JPEG", progressive=True, quality=85, icc_profile=photo.info["icc_profile"])


FINE_TAILS: dict[str, Callable[[], bytes]] = {
    "without the end marker": lambda: pictures.without_end(photograph()),
    "with half an end marker": lambda: photograph()[:-1],
    "progressive, without the end marker": lambda: pictures.without_end(progressive()),
    "without the end marker, then zeros": lambda: pictures.without_end(photograph()) + bytes(5_000),
    "with rubbish behind it": lambda: photograph() + b"\xff\xd8rubbish\0" * 999,
    "with a film behind it": lambda: photograph() + FILM + bytes(range(256)) * 400,
}
CUT: dict[str, Callable[[], bytes]] = {
    "in the middle": lambda: photograph()[: len(photograph()) // 2],
    "near its end": lambda: photograph()[: len(photograph()) * 9 // 10],
    "in the middle, then zeros to the old length": lambda: photograph()[: len(photograph()) // 2].ljust(len(photograph()), b"\0"),
    "of which hardly anything is left": lambda: photograph()[:700],
    "in the middle, progressive": lambda: progressive()[: len(progressive()) // 2],
    "near its end, progressive": lambda: progressive()[: len(progressive()) * 9 // 10],
}


@pytest.mark.parametrize("tail", FINE_TAILS)
def test_a_jpeg_that_holds_all_of_its_picture_is_shown_whatever_its_tail(tail: str) -> None:
    content = FINE_TAILS[tail]()
    shown, whole = view(content), view(photograph())
    assert opened(looked(content).pictures["grid"]).size == (640, 427)
    assert np.abs(np.asarray(shown, float) - np.asarray(whole, float)).mean() < 3


@pytest.mark.parametrize("cut", CUT)
def test_a_jpeg_that_was_cut_is_refused(cut: str) -> None:
    with pytest.raises(InvalidError, match="This picture is damaged and cannot be shown") as caught:
        looked(CUT[cut]())
    assert caught.value.code == "broken"


EDGES = (2016, 400, 150)  # of a photo of 600 pixels: its own size, by LANCZOS, and after its decoder has halved it
WAYS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "progressive": {"progressive": True},
    "all colours": {"subsampling": "4:4:4"},
    "restarts": {"restart_marker_rows": 1},
}


@cache
def sound(way: str) -> bytes:
    return saved(opened(photograph("coffee.png")), "JPEG", quality=85, **WAYS[way])


def streamed(content: bytes, edge: int) -> Image.Image | None:
    with opening.opened(BytesIO(content), "jpeg") as image:
        return jpeg.streamed(image, BytesIO(content), edge)


def by_pillow(content: bytes, edge: int) -> Image.Image | None:
    try:
        with opening.opened(BytesIO(content), "jpeg") as image:
            return pixels.prepared(pixels.loaded(image, edge), edge, None, 1)
    except OSError:
        return None


def assert_alike(one: Image.Image, other: Image.Image) -> None:
    assert one.size == other.size
    assert np.abs(np.asarray(one, float) - np.asarray(other, float)).mean() < 2


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("way", WAYS)
def test_a_sound_jpeg_is_made_smaller_while_it_is_decoded(way: str, edge: int) -> None:
    made, other = streamed(sound(way), edge), by_pillow(sound(way), edge)
    assert made is not None
    assert other is not None
    assert_alike(made, other)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_what_has_not_three_colours_is_left_to_pillow(mode: str) -> None:
    assert streamed(saved(opened(photograph("coffee.png")).convert(mode), "JPEG"), 400) is None


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(WAYS)), st.floats(0, 1), st.integers(0, 4000), st.binary(max_size=3), st.sampled_from(EDGES))
def test_what_pillow_refuses_is_not_shown(way: str, place: float, gone: int, instead: bytes, edge: int) -> None:
    start = round(place * len(sound(way)))
    content = sound(way)[:start] + instead + sound(way)[start + gone :]
    try:
        made = streamed(content, edge)
    except (OSError, SyntaxError):
        return  # it does not even open
    other = by_pillow(content, edge)
    if made is not None:
        assert other is not None
        assert_alike(made, other)


def test_a_marker_that_nobody_knows_in_the_middle_of_a_picture_is_damage() -> None:
    """libvips has all rows before it comes to the marker: what lacks is grey."""
    content = bytearray(sound("baseline"))
    middle = content.index(b"\xff\0", len(content) // 2)
    content[middle + 1] = 0x7E
    assert by_pillow(bytes(content), 400) is None
    assert streamed(bytes(content), 400) is None

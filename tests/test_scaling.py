"""Two libraries make pictures smaller. Nobody must be able to tell which of them did."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from rooms.ingest import scaling
from rooms.ingest.scaling import LEAST, scaled
from tests.pictures import FOLDER

LANCZOS = Image.Resampling.LANCZOS
EDGES = st.integers(LEAST, 700)


@settings(max_examples=60, deadline=None)
@given(st.tuples(EDGES, EDGES), st.floats(0.05, 1))
def test_a_picture_has_exactly_the_size_that_was_asked_for(size: tuple[int, int], share: float) -> None:
    wanted = (max(1, round(size[0] * share)), max(1, round(size[1] * share)))
    assert scaled(Image.new("RGB", size, "teal"), wanted).size == wanted


@pytest.mark.parametrize("size", [(451, 300), (200, 133), (100, 67), (LEAST, LEAST)])
@pytest.mark.parametrize("strip", [scaling.STRIP, 600 * 128])
def test_it_looks_as_pillow_s_own(size: tuple[int, int], strip: int, monkeypatch: pytest.MonkeyPatch) -> None:
    image = Image.open(FOLDER / "coffee.png").convert("RGB")  # 600 by 400: in one piece, or with a last strip lower than the others
    monkeypatch.setattr(scaling, "STRIP", strip)
    difference = np.asarray(ImageChops.difference(scaled(image, size), image.resize(size, LANCZOS)), float)
    assert 10 * np.log10(255**2 / (difference**2).mean()) > 42


@pytest.mark.parametrize("mode", ["RGBA", "CMYK"])
def test_what_has_more_than_three_colours_is_pillow_s(mode: str) -> None:
    assert scaled(Image.new(mode, (300, 200)), (150, 100)).mode == mode

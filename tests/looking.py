"""What becomes of a picture that is added."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image

from rooms.ingest.derive import derive
from rooms.ingest.formats import sniff
from rooms.ingest.inspect import Picture, inspect
from tests.pictures import FOUR_COLOURS, colours_of

PLAIN = list(FOUR_COLOURS.values())


def looked(content: bytes) -> Picture:
    return inspect(BytesIO(content), "picture")


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def view(content: bytes) -> Image.Image:
    format = sniff(content[:32])
    assert format is not None
    return opened(derive(BytesIO(content), format.name)["view"])


def assert_shown(content: bytes, colours: Sequence[tuple[int, ...]] = PLAIN, *, within: int = 12) -> None:
    """All three sizes show these colours in their four quarters."""
    tile = looked(content).pictures
    for image in (opened(tile["thumb"]), opened(tile["grid"]), view(content)):
        assert np.abs(np.array(colours_of(image)) - np.array(colours)).max() <= within, colours_of(image)

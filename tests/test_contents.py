"""An edition is the original with pieces cut out and put in: any part of it is the same part of the whole."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms import files
from rooms.serving.contents import CHUNK, Spliced
from tests.originals import Piece, new, spliced

pytestmark = pytest.mark.once
NAME = "originals/test/contents"
ORIGINAL = bytes(number * number % 251 for number in range(CHUNK + 5000))

places = st.integers(0, len(ORIGINAL))
cuts = st.lists(places, min_size=2, max_size=2).map(sorted)
pieces = st.lists(cuts | st.binary(max_size=50).map(new), max_size=6)


@pytest.fixture(scope="module", autouse=True)
def original() -> Iterator[None]:
    files.keep(NAME, ORIGINAL)
    yield
    files.drop(NAME)


def edition(pieces: list[Piece], size: int) -> Spliced:
    return Spliced(NAME, "without_location", size, 0, lambda: pieces)


def part(content: Spliced, start: int, stop: int) -> bytes:
    return b"".join(content.read(start, stop))


@given(pieces=pieces, places=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_any_part_of_an_edition_is_the_same_part_of_the_whole(pieces: list[Piece], places: tuple[float, float]) -> None:
    whole = spliced(ORIGINAL, pieces)
    start, stop = sorted(round(place * len(whole)) for place in places)
    assert part(edition(pieces, len(whole)), start, stop) == whole[start:stop]


@given(pieces=pieces)
def test_no_chunk_is_larger_than_what_may_be_in_memory(pieces: list[Piece]) -> None:
    chunks = list(edition(pieces, 0).read(0, len(spliced(ORIGINAL, pieces))))
    assert all(0 < len(chunk) <= CHUNK for chunk in chunks)


@pytest.mark.parametrize("pieces", [[[0, 10]], [[0, 10], new(b"x")], [[len(ORIGINAL) - 5, len(ORIGINAL) + 5]]])
def test_an_edition_that_promises_more_than_there_is_breaks_off_after_the_right_bytes(pieces: list[Piece]) -> None:
    received: list[bytes] = []
    with pytest.raises(OSError, match=r"reach|ends"):
        received.extend(edition(pieces, 12).read(0, 12))
    assert b"".join(received) == spliced(ORIGINAL, pieces)

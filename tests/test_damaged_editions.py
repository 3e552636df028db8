"""Whatever happens to a file on its way: what it tells stays out of its editions. Random damage to files that tell everything."""

import time
import zlib
from dataclasses import dataclass, field
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from rooms.ingest import editions
from rooms.ingest.editions import joined
from rooms.ingest.rewrite.source import OddError
from tests.telling import MAKERS, VIDEO, WORDS, orientation, telling

pytestmark = pytest.mark.once


def sections(content: bytes, format: str) -> list[bytes]:
    """The segments, chunks or boxes of a file. What comes after is one more."""
    ends = [2 if format == "jpeg" else 12 if format == "webp" else 8 if format == "png" else 0]
    while ends[-1] < len(content) - 8:
        start = ends[-1]
        if format == "jpeg":
            length = 2 + int.from_bytes(content[start + 2 : start + 4]) if content[start + 1] != 0xDA else len(content)
        elif format == "png":
            length = 12 + int.from_bytes(content[start : start + 4])
        elif format == "webp":
            length = 8 + (int.from_bytes(content[start + 4 : start + 8], "little") + 1) // 2 * 2
        else:
            length = max(8, int.from_bytes(content[start : start + 4]))
        ends.append(min(start + length, len(content)))
    return [content[a:b] for a, b in zip(ends, [*ends[1:], len(content)], strict=True)]


@dataclass(frozen=True)
class Damaged:
    name: str
    how: str
    content: bytes = field(repr=False)  # hypothesis warns of long ones

    @property
    def format(self) -> str:
        return self.name.rpartition(".")[2]


@st.composite
def damaged(draw: st.DrawFn) -> Damaged:
    """A file that tells everything: cut, with wrong bits, or with its parts in another order."""
    # A wrong bit in the marker of a comment between two scans makes it a part of the scan, and nothing but decoding shows that.
    name = draw(st.sampled_from([name for name in MAKERS if name != "still.jpeg"]))
    format = name.rpartition(".")[2]
    content = telling()[name].removesuffix(VIDEO) if format == "tiff" else telling()[name]
    kind = draw(st.sampled_from(["cut", "bits", "bits", "order"]))
    if kind == "order" and format in ("jpeg", "png", "webp", "avif", "heic"):
        head, *parts = sections(content, format)
        order = draw(st.permutations(range(len(parts))))
        return Damaged(name, f"order {order}", head + b"".join(parts[number] for number in order))
    if kind == "cut":
        length = draw(st.integers(0, len(content)))
        return Damaged(name, f"cut at {length}", content[:length])
    near = st.integers(0, min(len(content) - 1, 6_000))
    place = st.one_of(near, near.map(lambda distance: len(content) - 1 - distance), st.integers(0, len(content) - 1))
    changed = bytearray(content)
    bits = draw(st.lists(st.tuples(place, st.integers(0, 7)), min_size=1, max_size=6))
    for position, bit in bits:
        changed[position] ^= 1 << bit
    return Damaged(name, f"bits {bits}", bytes(changed))


@given(damaged())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_damaged_file_tells_nothing_and_raises_nothing_but_that_it_is_odd(file: Damaged) -> None:
    format, content = file.format, file.content
    start = time.process_time()
    try:
        found = editions.rewritten(content, format)
    except OddError:
        found = {}
    assert time.process_time() - start < 3
    for edition in found.values():
        whole = b"".join(joined(edition["pieces"], content))
        assert WORDS not in whole
        assert (len(whole), zlib.crc32(whole)) == (edition["size"], edition["crc32"])


@given(damaged().filter(lambda file: file.format in ("jpeg", "png", "webp", "gif")))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_damaged_file_that_still_opens_looks_the_same(file: Damaged) -> None:
    format, content = file.format, file.content
    try:
        found = editions.rewritten(content, format)
        with Image.open(BytesIO(content), formats=[format]) as image:
            pixels, turned = image.convert("RGB").tobytes(), orientation(content)
    except Exception:  # odd for us, or damaged for Pillow
        return
    for edition in found.values():
        whole = b"".join(joined(edition["pieces"], content))
        assert Image.open(BytesIO(whole)).convert("RGB").tobytes() == pixels
        assert orientation(whole) == turned

"""An original under each policy: as it came, without where it was taken, without anything but the picture.

The pixels stay as they are, byte for byte. What of the rest may stay is named (`rewrite/`), so that what nobody has thought of goes. An
edition is a list of pieces: `[start, stop]` for bytes of the original, or new bytes in base64. It runs in a child process (child.py),
and a file that is odd in any way has no edition but the one as it came.
"""

import zlib
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from mmap import mmap
from typing import TypedDict

from rooms.ingest.rewrite import READERS
from rooms.ingest.rewrite.source import OddError, Source, Span

AS_IS, WITHOUT_LOCATION, WITHOUT_METADATA = "as_is", "without_location", "without_metadata"  # rooms.models.room.Originals
BLOCK = 1024**2  # bytes
Content = mmap | bytes
Piece = list[int] | str

# The last look. A scan or strip of a damaged file may have swallowed what came after it, and no shape shows that.
TELLTALES = (b"http://ns.adobe.com/", b"Exif\0\0", b"Photoshop 3.0\0")


class Edition(TypedDict):
    """`size` in bytes; `crc32` as zlib and zip files have it."""

    size: int
    crc32: int
    pieces: list[Piece]


def editions_of(content: Content, format: str) -> dict[str, Edition]:
    """By policy. Only "as_is" is always there. Never raises for what the content is."""
    editions = {AS_IS: edition([[0, len(content)]], content)}
    with suppress(Exception):  # hostile bytes; and whatever is wrong with them, the picture itself is fine
        editions |= rewritten(content, format)
    return editions


def rewritten(content: Content, format: str) -> dict[str, Edition]:
    """The editions that leave something out. Raises OddError."""
    if format not in READERS:
        raise OddError
    with memoryview(content) as view:
        original = READERS[format](Source(view))
        facts = original.facts
        both = {WITHOUT_LOCATION: original.rewritten(facts), WITHOUT_METADATA: original.rewritten(facts.bare())}
    look_again(content, {span for pieces in both.values() for span in pieces.spans()})
    return {policy: edition(pieces.as_json(), content) for policy, pieces in both.items()}


def look_again(content: Content, spans: set[Span]) -> None:
    if any(content.find(telltale, *span) >= 0 for span in spans for telltale in TELLTALES):
        raise OddError


def edition(pieces: list[Piece], content: Content) -> Edition:
    size = crc32 = 0
    with memoryview(content) as view:
        for piece in pieces:
            with memoryview(b64decode(piece)) if isinstance(piece, str) else view[slice(*piece)] as part:
                size += len(part)
                crc32 = zlib.crc32(part, crc32)
    return {"size": size, "crc32": crc32, "pieces": pieces}


def joined(pieces: list[Piece], content: Content) -> Iterator[bytes]:
    """The bytes of an edition, a block at a time."""
    for piece in pieces:
        if isinstance(piece, str):
            yield b64decode(piece)
            continue
        for start in range(piece[0], piece[1], BLOCK):
            yield content[start : min(start + BLOCK, piece[1])]

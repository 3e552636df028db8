"""JPEG: the tables and scans of the first picture, byte for byte. Everything else that may stay is written anew.

Each kept segment must have the exact form of its kind. A single wrong bit can turn the marker of a comment into that of a table.
"""

import re
from collections.abc import Callable

from rooms.ingest.rewrite import profile
from rooms.ingest.rewrite.facts import PREFIX, Facts, facts_of
from rooms.ingest.rewrite.source import OddError, Pieces, Source, Span

START, END, SCAN, ADOBE, COMMENT = 0xD8, 0xD9, 0xDA, 0xEE, 0xFE
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
APPLICATIONS = range(0xE0, 0xF0)
MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")  # in a scan: neither a stuffed FF nor a restart
MOST_SEGMENTS = 10_000  # an XMP with a depth map has a few hundred
XMP = b"http://ns.adobe.com/xap/1.0/\0"
ICC = b"ICC_PROFILE\0"
LARGEST_BODY = 65_533


def is_quantization(body: bytes) -> bool:
    while body:
        if body[0] >> 4 > 1 or body[0] & 15 > 3:
            return False
        length = 65 + 64 * (body[0] >> 4)
        if len(body) < length:
            return False
        body = body[length:]
    return True


def is_huffman(body: bytes) -> bool:
    while body:
        if body[0] >> 4 > 1 or body[0] & 15 > 3 or len(body) < 17:
            return False
        length = 17 + sum(body[1:17])
        if length > 17 + 256 or len(body) < length:
            return False
        body = body[length:]
    return True


def is_frame(body: bytes) -> bool:
    return len(body) > 6 and 1 <= body[5] <= 4 and len(body) == 6 + 3 * body[5]


def is_scan(body: bytes) -> bool:
    return len(body) > 4 and 1 <= body[0] <= 4 and len(body) == 4 + 2 * body[0]


SHAPES: dict[int, Callable[[bytes], bool]] = {
    **dict.fromkeys(FRAMES, is_frame),
    0xDB: is_quantization,
    0xC4: is_huffman,
    0xCC: lambda body: len(body) % 2 == 0 and len(body) <= 64,  # arithmetic coding
    0xDD: lambda body: len(body) == 2,  # restart interval
    0xDC: lambda body: len(body) == 2,  # number of lines
    SCAN: is_scan,
}


class Jpeg:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.picture: list[Span] = []
        self.jfif = self.adobe = self.exif = self.xmp = b""
        self.profile: dict[int, Span] = {}  # segments with their markers, by their number
        self.profile_parts = 0
        self.frames = self.scans = 0
        if source.take(0, 2) != bytes((0xFF, START)):
            raise OddError
        self.read()
        self.facts = facts_of(self.exif, self.xmp)

    def read(self) -> None:
        position = 2
        for _ in range(MOST_SEGMENTS):
            position, marker = self.marker(position)
            if marker == END:
                break
            position = self.segment(marker, position)
        else:
            raise OddError
        if self.frames != 1 or not self.scans:
            raise OddError

    def marker(self, position: int) -> tuple[int, int]:
        """The marker at this place and where it begins, after any bytes that only fill."""
        while (marker := self.source.take(position, 2))[1] == 0xFF:
            position += 1
        if marker[0] != 0xFF:
            raise OddError
        return position, marker[1]

    def segment(self, marker: int, start: int) -> int:
        body = start + 4
        stop = start + 2 + self.source.number(start + 2, 2)
        if marker in APPLICATIONS or marker == COMMENT:
            if not self.scans:
                self.application(marker, self.source.take(body, stop - body) if stop > body else b"", (start, stop))
            return self.checked(start, stop)
        shape = SHAPES.get(marker)
        if shape is None or not shape(self.source.take(body, max(0, stop - body))):
            raise OddError
        self.frames += marker in FRAMES
        if marker == SCAN:
            stop = self.end_of_scan(stop)
        self.picture.append((start, stop))
        return stop

    def checked(self, start: int, stop: int) -> int:
        if not start + 4 <= stop <= self.source.size:
            raise OddError
        return stop

    def end_of_scan(self, start: int) -> int:
        self.scans += 1
        match = MARKER.search(self.source.view, start)
        if match is None or not self.frames:
            raise OddError
        return match.start()

    def application(self, marker: int, body: bytes, span: Span) -> None:
        if marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 14:
            self.jfif = self.jfif or body[:12] + b"\0\0"  # 0 by 0: the pixels of its thumbnail
        elif marker == 0xE1 and body.startswith(PREFIX):
            self.exif = self.exif or body
        elif marker == 0xE1 and body.startswith(XMP):
            self.xmp = self.xmp or body
        elif marker == 0xE2 and body.startswith(ICC) and len(body) > 14:
            number, parts = body[12], body[13]
            if number in self.profile or self.profile_parts not in (0, parts):
                raise OddError
            self.profile[number], self.profile_parts = span, parts
        elif marker == ADOBE and body.startswith(b"Adobe") and len(body) >= 12:
            self.adobe = self.adobe or body[:12]

    def rewritten(self, facts: Facts) -> Pieces:
        pieces = Pieces()
        pieces.add(bytes((0xFF, START)) + segment(0xE0, self.jfif))
        block = facts.block()
        pieces.add(segment(0xE1, block and PREFIX + block))
        self.add_profile(pieces)
        pieces.add(segment(ADOBE, self.adobe))
        for span in self.picture:
            pieces.keep(*span)
        pieces.add(bytes((0xFF, END)))
        return pieces

    def add_profile(self, pieces: Pieces) -> None:
        if sorted(self.profile) != list(range(1, self.profile_parts + 1)):
            raise OddError
        spans = [self.profile[number] for number in sorted(self.profile)]
        whole = b"".join(self.source.take(start + 4 + 14, stop - start - 4 - 14) for start, stop in spans)
        clean = profile.cleaned(whole) if spans else b""
        if clean == whole:
            for span in spans:
                pieces.keep(*span)
            return
        room = LARGEST_BODY - len(ICC) - 2
        parts = [clean[at : at + room] for at in range(0, len(clean), room)]
        for number, part in enumerate(parts, 1):
            pieces.add(segment(0xE2, ICC + bytes((number, len(parts))) + part))


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body if body else b""

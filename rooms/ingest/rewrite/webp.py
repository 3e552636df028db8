"""WebP: a RIFF with the chunks named here. Its sizes and flags are written anew."""

from rooms.ingest.rewrite import profile
from rooms.ingest.rewrite.facts import Facts, facts_of
from rooms.ingest.rewrite.source import OddError, Pieces, Source, Span

HEADER = 8  # of a chunk: name, length
FRAME = 16  # of an animation: place, size, duration, before its own chunks
EXTENDED, ANIMATION, ANIMATION_FRAME, ALPHA, LOSSY, LOSSLESS = b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"
PICTURE = (ALPHA, LOSSY, LOSSLESS)
HAS_PROFILE, HAS_ALPHA, HAS_EXIF, HAS_XMP, IS_ANIMATED = 0x20, 0x10, 0x08, 0x04, 0x02  # readers skip what is not announced


class Webp:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.kept: list[tuple[bytes, Span]] = []
        self.extended = self.exif = self.xmp = self.profile = b""
        if source.take(0, 4) != b"RIFF" or source.take(8, 4) != b"WEBP":
            raise OddError
        self.read(HEADER + source.number(4, 4, "little"))
        names = [name for name, _ in self.kept]
        if ANIMATION_FRAME in names:
            sound = names.count(ANIMATION) == 1 and not set(PICTURE) & set(names) and bool(self.extended)
        else:
            sound = sorted(names) in ([LOSSY], [LOSSLESS], [ALPHA, LOSSY])
        if not sound:
            raise OddError
        self.flags = self.extended[0] if self.extended else 0
        self.facts = facts_of(self.exif if self.flags & HAS_EXIF else b"", self.xmp if self.flags & HAS_XMP else b"")

    def read(self, end: int) -> None:
        position = 12
        while position < end:
            name, stop = self.chunk(position, end)
            self.sort(name, position, stop)
            position = stop
            if not self.extended:  # without VP8X there is one chunk, and readers go no further
                break

    def chunk(self, start: int, end: int) -> tuple[bytes, int]:
        length = self.source.number(start + 4, 4, "little")
        stop = start + HEADER + length + length % 2
        if stop > min(end, self.source.size):
            raise OddError
        return self.source.take(start, 4), stop

    def body(self, start: int) -> bytes:
        return self.source.take(start + HEADER, self.source.number(start + 4, 4, "little"))

    def sort(self, name: bytes, start: int, stop: int) -> None:
        if name == EXTENDED and start == 12 and stop - start == HEADER + 10:
            self.extended = self.body(start)
        elif name == b"EXIF":
            self.exif = self.exif or self.body(start)
        elif name == b"XMP ":
            self.xmp = self.xmp or self.body(start)
        elif name == b"ICCP" and not self.profile:
            self.profile = self.body(start)
        elif name in (ANIMATION, ANIMATION_FRAME, *PICTURE):
            self.check(name, start, stop)
            self.kept.append((name, (start, stop)))
        elif name in (EXTENDED, b"ICCP") or not name.isalnum():
            raise OddError

    def check(self, name: bytes, start: int, stop: int) -> None:
        head = self.source.take(start + HEADER, min(6, stop - start - HEADER))
        sound = {
            ANIMATION: stop - start == HEADER + 6,
            ANIMATION_FRAME: stop - start >= HEADER + FRAME,
            LOSSY: head[3:] == b"\x9d\x01\x2a",
            LOSSLESS: head[:1] == b"\x2f",
            ALPHA: bool(head),
        }
        if not sound[name]:
            raise OddError
        position = start + HEADER + FRAME
        while name == ANIMATION_FRAME and position < stop:
            inner, position_after = self.chunk(position, stop)
            if inner not in PICTURE:
                raise OddError
            self.check(inner, position, position_after)
            position = position_after

    def rewritten(self, facts: Facts) -> Pieces:
        block = facts.block() if self.extended else b""
        clean = profile.cleaned(self.profile) if self.profile and self.flags & HAS_PROFILE else b""
        head = b"WEBP"
        if self.extended:
            flags = self.flags & (HAS_ALPHA | IS_ANIMATED) | (HAS_PROFILE if clean else 0) | (HAS_EXIF if block else 0)
            head += chunk(EXTENDED, bytes((flags, 0, 0, 0)) + self.extended[4:])
        head += chunk(b"ICCP", clean)
        tail = chunk(b"EXIF", block)
        pieces = Pieces()
        size = len(head) + sum(stop - start for _, (start, stop) in self.kept) + len(tail)
        pieces.add(b"RIFF" + size.to_bytes(4, "little") + head)
        for _, span in self.kept:
            pieces.keep(*span)
        pieces.add(tail)
        return pieces


def chunk(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2) if body else b""

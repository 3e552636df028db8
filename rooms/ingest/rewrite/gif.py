"""GIF: pictures, their timing, and how often they repeat."""

from rooms.ingest.rewrite.facts import Facts
from rooms.ingest.rewrite.source import OddError, Pieces, Source

HEADER = 13  # the magic, and the size and flags of the screen
EXTENSION, PICTURE, TRAILER = 0x21, 0x2C, 0x3B
CONTROL, COMMENT, TEXT, APPLICATION = 0xF9, 0xFE, 0x01, 0xFF
DESCRIPTOR = 10
LOOPS = (b"\x0bNETSCAPE2.0", b"\x0bANIMEXTS1.0")


class Gif:
    facts = Facts()  # it has no EXIF

    def __init__(self, source: Source) -> None:
        self.source = source
        self.pieces = Pieces()
        self.controlled = False  # the last thing said was how to show the next picture
        if source.take(0, 6) not in (b"GIF87a", b"GIF89a"):
            raise OddError
        self.read()

    def rewritten(self, facts: Facts) -> Pieces:
        return self.pieces

    def read(self) -> None:
        position = HEADER + self.colours(HEADER - 3)
        self.pieces.keep(0, position)
        while position < self.source.size:
            kind = self.source.number(position, 1)
            if kind == TRAILER:
                break
            if kind == PICTURE:
                position = self.picture(position)
            elif kind == EXTENSION:
                position = self.extension(position)
            else:
                raise OddError
        self.pieces.add(bytes((TRAILER,)))

    def colours(self, flags: int) -> int:
        """The length of the colour table that these flags announce."""
        value = self.source.number(flags, 1)
        return 3 * 2 ** ((value & 7) + 1) if value & 0x80 else 0

    def picture(self, start: int) -> int:
        data = start + DESCRIPTOR + self.colours(start + DESCRIPTOR - 1) + 1  # 1: how the codes begin
        lengths, stop = self.blocks(data)
        # Writers fill each block but the last. Where that is not so, a wrong length may have led us into something else.
        if not lengths or len(set(lengths[:-1])) > 1 or lengths[-1] > lengths[0]:
            raise OddError
        self.pieces.keep(start, stop)
        self.controlled = False
        return stop

    def blocks(self, position: int) -> tuple[list[int], int]:
        """The lengths of the blocks here, and where they are over."""
        lengths = []
        while length := self.source.number(position, 1):
            lengths.append(length)
            position += 1 + length
        return lengths, position + 1

    def extension(self, start: int) -> int:
        kind = self.source.number(start + 1, 1)
        lengths, stop = self.blocks(start + 2)
        if stop > self.source.size:
            raise OddError
        if kind == CONTROL:
            if lengths != [4] or self.controlled:
                raise OddError
            self.pieces.keep(start, stop)
            self.controlled = True
        elif kind == APPLICATION:
            self.application(start, lengths)
        elif kind == TEXT and self.controlled:
            raise OddError  # it would take with it how to show the next picture, or leave it: readers differ
        elif kind not in (COMMENT, TEXT):
            raise OddError
        return stop

    def application(self, start: int, lengths: list[int]) -> None:
        name = self.source.take(start + 2, 12)
        position = start + 2
        for length in lengths if name in LOOPS else []:
            if length == 3 and self.source.number(position + 1, 1) == 1:
                times = self.source.take(position + 2, 2)
                self.pieces.add(bytes((EXTENSION, APPLICATION)) + name + b"\3\1" + times + b"\0")
                return
            position += 1 + length

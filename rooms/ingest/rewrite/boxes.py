"""The boxes of ISO base media files (HEIC, AVIF): read with every length checked, and written."""

from dataclasses import dataclass

from rooms.ingest.rewrite.source import OddError, Source

MOST_BOXES = 1_000  # side by side


@dataclass(frozen=True)
class Box:
    kind: bytes
    start: int
    body: int
    stop: int


def boxes(source: Source, start: int, stop: int) -> list[Box]:
    found: list[Box] = []
    while start < stop:
        if len(found) == MOST_BOXES:
            raise OddError
        found.append(box(source, start, stop))
        start = found[-1].stop
    return found


def box(source: Source, start: int, limit: int) -> Box:
    size, body = source.number(start, 4), start + 8
    if size == 1:
        size, body = source.number(start + 8, 8), start + 16
    elif size == 0:
        size = limit - start
    if not body <= start + size <= min(limit, source.size):
        raise OddError
    return Box(source.take(start + 4, 4), start, body, start + size)


def only(found: list[Box], kind: bytes) -> Box:
    """The one box of its kind."""
    box = maybe(found, kind)
    if box is None:
        raise OddError
    return box


def maybe(found: list[Box], kind: bytes) -> Box | None:
    named = [box for box in found if box.kind == kind]
    if len(named) > 1:
        raise OddError
    return named[0] if named else None


def made(kind: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return (8 + len(body)).to_bytes(4) + kind + body


def made_full(kind: bytes, version: int, flags: int, *bodies: bytes) -> bytes:
    return made(kind, bytes((version,)), flags.to_bytes(3), *bodies)


class Reader:
    """Numbers one after the other, to the end of a box."""

    def __init__(self, source: Source, start: int, stop: int) -> None:
        source.charge((stop - start) // 2)  # most numbers have two bytes or more
        self.data = source.take(start, stop - start)
        self.position = 0

    @classmethod
    def of(cls, source: Source, box: Box) -> "Reader":
        return cls(source, box.body, box.stop)

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length))

    def take(self, length: int) -> bytes:
        if self.position + length > len(self.data):
            raise OddError
        self.position += length
        return self.data[self.position - length : self.position]

    def version(self) -> tuple[int, int]:
        """The version and flags with which full boxes begin."""
        return self.number(1), self.number(3)

    @property
    def is_over(self) -> bool:
        return self.position == len(self.data)

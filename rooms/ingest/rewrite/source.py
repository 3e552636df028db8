"""What the writers of all formats share: a hostile file that is read with a budget, and the pieces its new edition is made of."""

from base64 import b64encode
from bisect import bisect_right
from collections.abc import Iterable
from typing import Literal

Span = tuple[int, int]  # bytes of the original: start, stop
Order = Literal["big", "little"]

BUDGET = 100_000_000  # bytes, at STEP for each read: at most a second of work, whatever the file says of itself
STEP = 100
LARGEST_READ = 4 * 1024**2  # bytes; the largest printers' colour profiles have two
MOST_PIECES = 2_000
MOST_NEW_BYTES = 256 * 1024  # they are kept in the database, with the row


class OddError(Exception):
    """The file is not built as its format says, or in a way that nobody here has thought through. It gets no edition."""


class Source:
    def __init__(self, view: memoryview) -> None:
        self.view = view
        self.size = len(view)
        self.budget = BUDGET

    def take(self, start: int, length: int) -> bytes:
        self.budget -= STEP + length
        if self.budget < 0 or length > LARGEST_READ or not 0 <= start <= start + length <= self.size:
            raise OddError
        return bytes(self.view[start : start + length])

    def charge(self, numbers: int) -> None:
        """For numbers that are read out of what was taken."""
        self.budget -= STEP * numbers

    def number(self, start: int, length: int, order: Order = "big") -> int:
        return int.from_bytes(self.take(start, length), order)


class Pieces:
    """A file in the making. `size` is its length in bytes so far."""

    def __init__(self) -> None:
        self.parts: list[Span | bytes] = []
        self.size = 0
        self.new_bytes = 0

    def keep(self, start: int, stop: int) -> None:
        """Bytes of the original."""
        last = self.parts[-1] if self.parts else None
        if isinstance(last, tuple) and last[1] == start:
            self.parts[-1] = (last[0], stop)
        elif start < stop:
            self.append((start, stop))
        self.size += stop - start

    def add(self, new: bytes) -> None:
        self.new_bytes += len(new)
        if self.new_bytes > MOST_NEW_BYTES:
            raise OddError
        last = self.parts[-1] if self.parts else None
        if isinstance(last, bytes):
            self.parts[-1] = last + new
        elif new:
            self.append(new)
        self.size += len(new)

    def append(self, part: Span | bytes) -> None:
        if len(self.parts) == MOST_PIECES:
            raise OddError
        self.parts.append(part)

    def spans(self) -> list[Span]:
        return [part for part in self.parts if isinstance(part, tuple)]

    def as_json(self) -> list[list[int] | str]:
        """As rooms.models.Edition keeps them."""
        return [list(part) if isinstance(part, tuple) else b64encode(part).decode() for part in self.parts]


class Relocation:
    """Ranges of the original that move together to another place: what lies between them stays behind."""

    def __init__(self, ranges: Iterable[Span]) -> None:
        self.spans: list[Span] = []
        for start, stop in sorted(ranges):
            if self.spans and start <= self.spans[-1][1]:
                self.spans[-1] = (self.spans[-1][0], max(stop, self.spans[-1][1]))
            else:
                self.spans.append((start, stop))
        self.starts = [start for start, _ in self.spans]
        self.places = [0]  # of each span, relative to the first
        for start, stop in self.spans:
            self.places.append(self.places[-1] + stop - start)
        self.size = self.places[-1]

    def place(self, start: int) -> int:
        """Where a range that begins at `start` begins now, relative to the first."""
        index = bisect_right(self.starts, start) - 1
        return self.places[index] + start - self.starts[index]

    def meets(self, ranges: Iterable[Span]) -> bool:
        """Whether any of these ranges would come along, even in part."""
        for start, stop in ranges:
            index = bisect_right(self.starts, start)
            if index and self.spans[index - 1][1] > start and stop > start:
                return True
            if index < len(self.spans) and self.starts[index] < stop:
                return True
        return False

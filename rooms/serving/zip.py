"""A zip whose every byte is known by arithmetic, so that any part of it can be read without making what comes before.

Nothing is compressed: photos are already. Forms and field names are those of PKWARE's APPNOTE 6.3.10, sections 4.3 to 4.5; the
time stamp in UTC is Info-ZIP's extra field "UT". No library writes a zip from the middle, hence this one.
"""

import struct
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from hashlib import sha256

from rooms.serving.contents import Bytes, Checked, Part, cut

LOCAL = struct.Struct("<4s5H3I2H")
RECORD = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
END64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR64 = struct.Struct("<4sIQI")
STAMP = struct.Struct("<2sHBi")

LIMIT16, LIMIT32 = 0xFFFF, 0xFFFFFFFF  # a number of that size or more says "look in the Zip64 field"
PLAIN, ZIP64 = 20, 45  # versions needed to extract
UNIX = 3 << 8  # made by
ORDINARY_FILE = 0o100644 << 16
EARLIEST, LATEST = (1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58)  # that DOS can say


@dataclass(frozen=True, slots=True)
class Entry:
    """`changed` is aware; the time of day in its own zone is what programs show that know only DOS's time."""

    name: str  # ASCII
    content: Checked
    changed: datetime


class Zip:
    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.starts = array("Q", [0])  # of each entry, and of the directory
        directory = 0
        for entry in entries:
            start = self.starts[-1]
            self.starts.append(start + len(local_header(entry, 0)) + entry.content.size)
            directory += len(record(entry, 0, start))
        self.directory_size = directory
        self.size = self.starts[-1] + directory + len(end_of(len(entries), directory, self.starts[-1]))

    @cached_property
    def identity(self) -> str:
        digest = sha256()
        for entry in self.entries:
            digest.update(f"{entry.name} {entry.changed.isoformat()} {entry.content.identity}\n".encode())
        return digest.hexdigest()

    def read(self, start: int, stop: int) -> Bytes:
        first = bisect_right(self.starts, start) - 1
        offset = self.starts[first]
        yield from cut(self.parts(first), start - offset, stop - offset)

    def parts(self, first: int) -> Iterator[Part]:
        for index in range(first, len(self.entries)):
            entry = self.entries[index]
            size = self.starts[index + 1] - self.starts[index] - entry.content.size
            yield Made(size, partial(checked_header, entry))
            yield entry.content
        yield Made(self.size - self.starts[-1], self.directory)

    def directory(self) -> bytes:
        records = [record(entry, entry.content.crc32, start) for entry, start in zip(self.entries, self.starts, strict=False)]
        return b"".join(records) + end_of(len(self.entries), self.directory_size, self.starts[-1])


@dataclass(frozen=True, slots=True)
class Made:
    """Bytes that are made only when they are read."""

    size: int
    make: Callable[[], bytes]

    def read(self, start: int, stop: int) -> Bytes:
        yield self.make()[start:stop]


def checked_header(entry: Entry) -> bytes:
    return local_header(entry, entry.content.crc32)


def local_header(entry: Entry, crc32: int) -> bytes:
    name, size = entry.name.encode("ascii"), entry.content.size
    large = size >= LIMIT32
    extra = stamp(entry.changed) + (zip64_field(size, size) if large else b"")
    time, date = dos_time(entry.changed)
    said = min(size, LIMIT32)
    version = ZIP64 if large else PLAIN
    return LOCAL.pack(b"PK\x03\x04", version, 0, 0, time, date, crc32, said, said, len(name), len(extra)) + name + extra


def record(entry: Entry, crc32: int, start: int) -> bytes:
    """What the directory says of an entry whose local header is at `start`."""
    name, size = entry.name.encode("ascii"), entry.content.size
    beyond = [*((size, size) if size >= LIMIT32 else ()), *((start,) if start >= LIMIT32 else ())]
    extra = stamp(entry.changed) + (zip64_field(*beyond) if beyond else b"")
    time, date = dos_time(entry.changed)
    said, version = min(size, LIMIT32), ZIP64 if beyond else PLAIN
    head = (b"PK\x01\x02", UNIX | version, version, 0, 0, time, date, crc32, said, said, len(name), len(extra))
    return RECORD.pack(*head, 0, 0, 0, ORDINARY_FILE, min(start, LIMIT32)) + name + extra


def end_of(count: int, size: int, start: int) -> bytes:
    """What follows the directory of so many entries, of that size, beginning at `start`."""
    said, place = min(count, LIMIT16), (min(size, LIMIT32), min(start, LIMIT32))
    plain = END.pack(b"PK\x05\x06", 0, 0, said, said, *place, 0)
    if count < LIMIT16 and max(size, start) < LIMIT32:
        return plain
    # The size of this record leaves out itself and the signature.
    large = END64.pack(b"PK\x06\x06", END64.size - 12, UNIX | ZIP64, ZIP64, 0, 0, count, count, size, start)
    return large + LOCATOR64.pack(b"PK\x06\x07", 0, start + size, 1) + plain


def zip64_field(*numbers: int) -> bytes:
    return struct.pack(f"<2H{len(numbers)}Q", 1, 8 * len(numbers), *numbers)


def stamp(changed: datetime) -> bytes:
    seconds = int(changed.timestamp())
    return STAMP.pack(b"UT", 5, 1, seconds) if -(2**31) <= seconds < 2**31 else b""


def dos_time(changed: datetime) -> tuple[int, int]:
    moment = min(max(changed.timetuple()[:6], EARLIEST), LATEST)
    year, month, day, hour, minute, second = moment
    return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day

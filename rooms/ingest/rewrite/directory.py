"""The directories (IFDs) of TIFF, of which EXIF is made, too. Read with every length checked; written from nothing."""

from dataclasses import dataclass

from rooms.ingest.rewrite.source import OddError, Order, Source

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SIGNED_RATIONAL, POINTER = 1, 2, 3, 4, 5, 7, 10, 13
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}  # bytes of one value of each type
ORDERS: dict[bytes, Order] = {b"II*\0": "little", b"MM\0*": "big"}
MOST_ENTRIES = 500  # of one directory; cameras write 60
HEADER = 8  # bytes: the order, 42, and where the first directory is


@dataclass(frozen=True)
class Entry:
    """Where the values of a tag are. `length` is in bytes, 0 for a type that nobody knows."""

    tag: int
    type: int
    count: int
    start: int
    length: int
    inline: bool

    @property
    def stop(self) -> int:
        return self.start + self.length


@dataclass(frozen=True)
class Value:
    """What is written: `data` in the order of bytes of the file it goes to."""

    type: int
    data: bytes

    @property
    def count(self) -> int:
        return len(self.data) // SIZES[self.type]


Directory = dict[int, Value]


class Tiff:
    """A TIFF file, or a block of EXIF."""

    def __init__(self, source: Source) -> None:
        order = ORDERS.get(source.take(0, 4))
        if order is None:
            raise OddError
        self.source = source
        self.order: Order = order
        self.first = source.number(4, 4, order)

    def entries(self, start: int) -> tuple[list[Entry], int]:
        """The entries of the directory at `start`, and where the next one is, or 0."""
        count = self.source.number(start, 2, self.order)
        if count > MOST_ENTRIES:
            raise OddError
        table = self.source.take(start + 2, 12 * count)
        entries = [self.entry(table[at : at + 12], start + 2 + at) for at in range(0, len(table), 12)]
        end = start + 2 + len(table)
        return entries, self.source.number(end, 4, self.order) if end + 4 <= self.source.size else 0

    def entry(self, row: bytes, start: int) -> Entry:
        tag, type, count, place = (int.from_bytes(row[a:b], self.order) for a, b in ((0, 2), (2, 4), (4, 8), (8, 12)))
        length = SIZES.get(type, 0) * count
        inline = length <= 4
        return Entry(tag, type, count, start + 8 if inline else place, length, inline)

    def data(self, entry: Entry) -> bytes:
        return self.source.take(entry.start, entry.length)

    def numbers(self, entry: Entry) -> list[int]:
        """At least one."""
        if entry.type not in (BYTE, SHORT, LONG, POINTER) or entry.count == 0:
            raise OddError
        self.source.charge(entry.count)
        data, size = self.data(entry), SIZES[entry.type]
        return [int.from_bytes(data[at : at + size], self.order) for at in range(0, len(data), size)]


def packed(numbers: list[int], type: int, order: Order) -> Value:
    return Value(type, b"".join(number.to_bytes(SIZES[type], order) for number in numbers))


def written(directory: Directory, start: int, order: Order, following: int = 0) -> bytes:
    """The directory as it stands at `start` of its file. An even number of bytes."""
    table = len(directory).to_bytes(2, order)
    rest = b""
    end = start + 2 + 12 * len(directory) + 4
    for tag, value in sorted(directory.items()):
        if len(value.data) <= 4:
            place = value.data.ljust(4, b"\0")
        else:
            place = (end + len(rest)).to_bytes(4, order)
            rest += value.data + b"\0" * (len(value.data) % 2)
        table += tag.to_bytes(2, order) + value.type.to_bytes(2, order) + value.count.to_bytes(4, order) + place
    return table + following.to_bytes(4, order) + rest


def header(order: Order) -> bytes:
    magic = next(magic for magic, its_order in ORDERS.items() if its_order == order)
    return magic + HEADER.to_bytes(4, order)

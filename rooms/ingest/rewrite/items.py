"""The items of a HEIC or AVIF: pictures, their parts, and what is said of them. Read only."""

from dataclasses import dataclass, field

from rooms.ingest.rewrite import coded
from rooms.ingest.rewrite.boxes import Box, Reader, boxes, maybe, only
from rooms.ingest.rewrite.properties import ALPHA
from rooms.ingest.rewrite.source import OddError, Source, Span

MOST_ITEMS = 2_000
IN_FILE, IN_BOX = 0, 1  # where the data of an item are: in the file, or in the box `idat`
WIDTHS = (0, 4, 8)
# Coded pictures, and pictures made of others. Not "jpeg": it is a file of its own, with all a JPEG may say.
DERIVED = {b"grid", b"iovl", b"iden", b"tmap"}
PICTURES = {b"hvc1", b"av01", *DERIVED}
LARGEST_PLAN = 512  # bytes, of how a derived picture is made from others
PARTS, AUXILIARY, THUMBNAIL, DESCRIPTION = b"dimg", b"auxl", b"thmb", b"cdsc"


@dataclass
class Item:
    number: int
    kind: bytes
    hidden: bool
    method: int = IN_FILE
    extents: list[Span] = field(default_factory=list)  # places in the file, also of data in `idat`
    properties: list[tuple[int, bool]] = field(default_factory=list)  # indices from 1; whether a reader must know it


@dataclass(frozen=True)
class Reference:
    kind: bytes
    source: int
    targets: list[int]


class Items:
    """What the box `meta` says."""

    def __init__(self, source: Source, meta: Box) -> None:
        self.source = source
        children = boxes(source, meta.body + 4, meta.stop)
        self.data = maybe(children, b"idat")
        properties = boxes(source, *inside(only(children, b"iprp")))
        self.properties = boxes(source, *inside(only(properties, b"ipco")))
        self.items = self.described(only(children, b"iinf"))
        self.locate(Reader.of(source, only(children, b"iloc")))
        self.associate(Reader.of(source, only(properties, b"ipma")))
        self.references = self.referred(maybe(children, b"iref"))
        self.groups = maybe(children, b"grpl")
        primary = Reader.of(source, only(children, b"pitm"))
        self.primary = primary.number(2 if primary.version()[0] == 0 else 4)

    def described(self, box: Box) -> dict[int, Item]:
        width = 2 if self.source.number(box.body, 1) == 0 else 4
        entries = boxes(self.source, box.body + 4 + width, box.stop)
        items = [self.item(Reader.of(self.source, entry)) for entry in entries if entry.kind == b"infe"]
        found = {item.number: item for item in items}
        if len(found) != len(entries):
            raise OddError
        return found

    def item(self, reader: Reader) -> Item:
        version, flags = reader.version()
        if version not in (2, 3):
            raise OddError
        number, is_protected, kind = reader.number(version * 2 - 2), reader.number(2), reader.take(4)
        if is_protected:
            raise OddError
        return Item(number, kind, bool(flags & 1))

    def locate(self, reader: Reader) -> None:
        version, _ = reader.version()
        widths = [width for byte in reader.take(2) for width in (byte >> 4, byte & 15)]
        if version > 2 or not set(widths) <= set(WIDTHS) or (version == 0 and widths[3]):
            raise OddError
        count = reader.number(2 if version < 2 else 4)
        for _ in range(min(count, MOST_ITEMS)):
            number = reader.number(2 if version < 2 else 4)
            method = reader.number(2) & 15 if version else IN_FILE
            if number not in self.items or method not in (IN_FILE, IN_BOX) or reader.number(2) or self.items[number].extents:
                raise OddError
            self.items[number].method = method
            self.items[number].extents = self.extents(reader, method, widths)
        if not reader.is_over:
            raise OddError

    def extents(self, reader: Reader, method: int, widths: list[int]) -> list[Span]:
        offset_width, length_width, base_width, index_width = widths
        base = reader.number(base_width)
        limits = (0, self.source.size)
        if method == IN_BOX:
            if self.data is None:
                raise OddError
            limits = inside(self.data)
        spans = []
        for _ in range(reader.number(2)):
            reader.take(index_width)
            start = limits[0] + base + reader.number(offset_width)
            stop = start + reader.number(length_width)
            if not limits[0] <= start < stop <= limits[1]:  # length 0 would mean "to the end"
                raise OddError
            spans.append((start, stop))
        return spans

    def associate(self, reader: Reader) -> None:
        version, flags = reader.version()
        for _ in range(min(reader.number(4), MOST_ITEMS)):
            number = reader.number(2 if version == 0 else 4)
            width = 2 if flags & 1 else 1
            pairs = [reader.number(width) for _ in range(reader.number(1))]
            top = 1 << (8 * width - 1)
            item = self.items.get(number)  # groups have properties, too
            if item and item.properties:
                raise OddError
            if item:
                item.properties = [(pair & (top - 1), bool(pair & top)) for pair in pairs]

    def referred(self, box: Box | None) -> list[Reference]:
        if box is None:
            return []
        width = 2 if self.source.number(box.body, 1) == 0 else 4
        found = []
        for entry in boxes(self.source, box.body + 4, box.stop):
            reader = Reader.of(self.source, entry)
            number, count = reader.number(width), reader.number(2)
            found.append(Reference(entry.kind, number, [reader.number(width) for _ in range(count)]))
        return found

    def property(self, index: int) -> Box:
        if not 1 <= index <= len(self.properties):
            raise OddError
        return self.properties[index - 1]

    def targets(self, number: int, kind: bytes) -> list[int]:
        return [
            target for reference in self.references if (reference.source, reference.kind) == (number, kind) for target in reference.targets
        ]

    def is_alpha(self, item: Item) -> bool:
        """Whether it says how transparent another one is. Other companions (depth, mattes) are not needed to show the picture."""
        properties = [self.property(index) for index, _ in item.properties]
        return any(self.source.take(box.body + 4, box.stop - box.body - 4).startswith(ALPHA) for box in properties if box.kind == b"auxC")

    def shown(self) -> list[Item]:
        """The pictures anybody sees, and the parts they are made of, in the order of the file."""
        beside = {reference.source for reference in self.references if reference.kind in (AUXILIARY, THUMBNAIL)}
        found: set[int] = set()
        waiting = [item.number for item in self.items.values() if item.kind in PICTURES and not item.hidden and item.number not in beside]
        while waiting:
            number = waiting.pop()
            item = self.items.get(number)
            if item is None or item.kind not in PICTURES:
                raise OddError
            if number not in found:
                found.add(number)
                waiting += self.targets(number, PARTS) + self.alpha_of(number)
        if self.primary not in found:
            raise OddError
        return [item for item in self.items.values() if item.number in found]

    def alpha_of(self, number: int) -> list[int]:
        companions = [ref.source for ref in self.references if ref.kind == AUXILIARY and number in ref.targets and ref.source in self.items]
        return [companion for companion in companions if self.is_alpha(self.items[companion])]

    def exif(self) -> bytes:
        """The EXIF of the primary picture, or nothing. Before it, its own length says where it begins."""
        found = [item for item in self.items.values() if item.kind == b"Exif"]
        own = [item for item in found if self.primary in self.targets(item.number, DESCRIPTION)] or found
        if not own:
            return b""
        data = b"".join(self.source.take(start, stop - start) for start, stop in own[0].extents)
        block = data[4 + int.from_bytes(data[:4]) :]
        if not block:
            raise OddError
        return block

    def check(self, item: Item) -> None:
        """Whether its data have the form of their kind."""
        if item.kind in DERIVED:
            if sum(stop - start for start, stop in item.extents) > LARGEST_PLAN:
                raise OddError
        elif len(item.extents) != 1:
            raise OddError
        else:
            coded.check(self.source, item.kind, item.extents[0])


def inside(box: Box) -> Span:
    return box.body, box.stop

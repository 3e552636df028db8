"""HEIC and AVIF: the pictures and what they are made of, with a new `meta` before them. Turning is a property of the picture there."""

from dataclasses import dataclass

from rooms.ingest.rewrite import properties
from rooms.ingest.rewrite.boxes import Box, Reader, boxes, made, made_full, maybe, only
from rooms.ingest.rewrite.facts import PREFIX, Facts, facts_of
from rooms.ingest.rewrite.items import DESCRIPTION, IN_BOX, IN_FILE, PICTURES, THUMBNAIL, Items, inside
from rooms.ingest.rewrite.sequence import Sequence
from rooms.ingest.rewrite.source import OddError, Pieces, Relocation, Source, Span

LARGEST_BRANDS = 256
MOST_MEDIA = 20  # boxes of coded pictures; writers make one or two
LARGEST_FILE = 2**32 - 1  # bytes; places are written in four
REFERENCES = (b"dimg", b"auxl", b"prem")
GROUPS = (b"altr", b"ster")  # the same picture in two renditions; one for each eye
Properties = dict[int, int]  # index before, index now


@dataclass(frozen=True)
class Exif:
    number: int
    data: bytes


class Heif:
    def __init__(self, source: Source) -> None:
        self.source = source
        top = boxes(source, 0, source.size)
        self.brands = top[0] if top else None
        if self.brands is None or self.brands.kind != b"ftyp" or self.brands.stop > LARGEST_BRANDS or source.size > LARGEST_FILE:
            raise OddError
        self.media = [inside(box) for box in top if box.kind == b"mdat"]
        if maybe(top, b"moof") or len(self.media) > MOST_MEDIA:
            raise OddError
        self.items = Items(source, only(top, b"meta"))
        self.kept = self.items.shown()
        for item in self.kept:
            self.items.check(item)
        movie = maybe(top, b"moov")
        self.sequence = Sequence(source, movie) if movie else None
        self.moving = self.relocated()
        self.facts = facts_of(self.items.exif())

    def relocated(self) -> Relocation:
        ranges = [span for item in self.kept if item.method == IN_FILE for span in item.extents]
        ranges += self.sequence.samples() if self.sequence else []
        if not all(any(start <= span[0] and span[1] <= stop for start, stop in self.media) for span in ranges):
            raise OddError
        moving = Relocation(ranges)
        words = [item for item in self.items.items.values() if item.kind not in PICTURES and item.method == IN_FILE]
        if moving.meets(span for item in words for span in item.extents):
            raise OddError
        return moving

    def rewritten(self, facts: Facts) -> Pieces:
        exif = None
        if block := facts.block() if facts.image or facts.exif else b"":  # alone, orientation is left to `irot` and `imir`
            exif = Exif(max(self.items.items) + 1, len(PREFIX).to_bytes(4) + PREFIX + block)
        pieces = Pieces()
        pieces.add(self.source.take(0, self.brands.stop if self.brands else 0))
        length = len(self.boxes_before(exif, 0))
        extra = exif.data if exif else b""
        start = pieces.size + length + 8
        pieces.add(self.boxes_before(exif, start))
        pieces.add((8 + len(extra) + self.moving.size).to_bytes(4) + b"mdat" + extra)
        for span in self.moving.spans:
            pieces.keep(*span)
        return pieces

    def boxes_before(self, exif: Exif | None, start: int) -> bytes:
        """`meta` and `moov` of a file whose media begin at `start`. As long wherever that is."""
        pictures = start + (len(exif.data) if exif else 0)
        movie = self.sequence.written(self.moving, pictures) if self.sequence else b""
        said, indices = self.properties()
        locations, data = self.locations(exif, start, pictures)
        return (
            made_full(
                b"meta",
                0,
                0,
                made_full(b"hdlr", 0, 0, bytes(4), b"pict", bytes(13)),
                made_full(b"pitm", 1, 0, self.items.primary.to_bytes(4)),
                locations,
                self.descriptions(exif),
                self.references(exif),
                made(b"iprp", said, self.associations(indices)),
                self.groups(),
                data,
            )
            + movie
        )

    def descriptions(self, exif: Exif | None) -> bytes:
        rows = [(item.number, item.kind, int(item.hidden)) for item in self.kept]
        rows += [(exif.number, b"Exif", 1)] if exif else []
        entries = [made_full(b"infe", 3, hidden, number.to_bytes(4), bytes(2), kind, b"\0") for number, kind, hidden in rows]
        return made_full(b"iinf", 1, 0, len(entries).to_bytes(4), *entries)

    def locations(self, exif: Exif | None, start: int, pictures: int) -> tuple[bytes, bytes]:
        """`iloc`, and `idat` with what the kept items have in there."""
        rows, data = [], b""
        for item in self.kept:
            spans = []
            for first, stop in item.extents:
                if item.method == IN_BOX:
                    spans.append((len(data), stop - first))
                    data += self.source.take(first, stop - first)
                else:
                    spans.append((pictures + self.moving.place(first), stop - first))
            rows.append(location(item.number, item.method, spans))
        if exif:
            rows.append(location(exif.number, IN_FILE, [(start, len(exif.data))]))
        return made_full(b"iloc", 2, 0, b"\x44\0", len(rows).to_bytes(4), *rows), made(b"idat", data) if data else b""

    def references(self, exif: Exif | None) -> bytes:
        kept = {item.number for item in self.kept}
        rows = []
        for reference in self.items.references:
            if reference.source in kept and reference.kind in REFERENCES and kept.issuperset(reference.targets):
                rows.append(row(reference.kind, reference.source, reference.targets))
            elif reference.source in kept and reference.kind not in (DESCRIPTION, THUMBNAIL):
                raise OddError
        if exif:
            rows.append(row(DESCRIPTION, exif.number, [self.items.primary]))
        return made_full(b"iref", 1, 0, *rows) if rows else b""

    def properties(self) -> tuple[bytes, Properties]:
        used = {index: essential for item in self.kept for index, essential in item.properties if index}
        indices: Properties = {}
        written = []
        for index in sorted(used):
            box = self.items.property(index)
            if box.kind in properties.NAMES:
                written.append(self.property(box))
                indices[index] = len(written)
        return made(b"ipco", *written), indices

    def property(self, box: Box) -> bytes:
        return properties.cleaned(box.kind, self.source.take(box.body, box.stop - box.body))

    def associations(self, indices: Properties) -> bytes:
        rows = b""
        for item in self.kept:
            known = [(indices[index], essential) for index, essential in item.properties if index in indices]
            if any(essential for index, essential in item.properties if index and index not in indices):
                raise OddError
            rows += item.number.to_bytes(4) + bytes((len(known),))
            rows += b"".join((index | essential << 15).to_bytes(2) for index, essential in known)
        return made_full(b"ipma", 1, 1, len(self.kept).to_bytes(4), rows)

    def groups(self) -> bytes:
        kept = {item.number for item in self.kept}
        found = boxes(self.source, *inside(self.items.groups)) if self.items.groups else []
        rows = []
        for group in found:
            reader = Reader.of(self.source, group)
            reader.version()
            number, members = reader.number(4), [reader.number(4) for _ in range(reader.number(4))]
            if group.kind in GROUPS and kept.issuperset(members):
                rows.append(made_full(group.kind, 0, 0, *(value.to_bytes(4) for value in (number, len(members), *members))))
        return made(b"grpl", *rows) if rows else b""


def location(number: int, method: int, spans: list[Span]) -> bytes:
    """A row of `iloc`: which, where (its data are in this file), and each part of it as start and length."""
    head = number.to_bytes(4) + method.to_bytes(2) + bytes(2) + len(spans).to_bytes(2)
    return head + b"".join(start.to_bytes(4) + length.to_bytes(4) for start, length in spans)


def row(kind: bytes, source: int, targets: list[int]) -> bytes:
    return made(kind, source.to_bytes(4), len(targets).to_bytes(2), *(target.to_bytes(4) for target in targets))

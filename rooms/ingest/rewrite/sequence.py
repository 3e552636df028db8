"""The moving part of an AVIF or HEIC (`moov`): its picture tracks and their timing, written anew. Sound and everything else goes."""

from itertools import accumulate, pairwise

from rooms.ingest.rewrite import coded, properties
from rooms.ingest.rewrite.boxes import Box, Reader, boxes, made, made_full, only
from rooms.ingest.rewrite.source import OddError, Relocation, Source, Span

INSIDE = {  # what may be in which box
    b"moov": {b"mvhd", b"trak"},
    b"trak": {b"tkhd", b"edts", b"tref", b"mdia"},
    b"edts": {b"elst"},
    b"tref": {b"auxl", b"prem"},
    b"mdia": {b"mdhd", b"hdlr", b"minf"},
    b"minf": {b"vmhd", b"nmhd", b"dinf", b"stbl"},
    b"dinf": {b"dref"},
    b"stbl": {b"stsd", b"stts", b"ctts", b"cslg", b"stsc", b"stsz", b"stss", b"sdtp", b"stco", b"co64"},
}
TIMED = {b"mvhd", b"tkhd", b"mdhd"}  # they begin with when the file was made and changed
OFFSETS = {b"stco": 4, b"co64": 8}
PICTURE_TRACKS = (b"pict", b"auxv")
ENTRY_HEAD = 78  # bytes of a sample entry before its own boxes; 42 to 74 hold the name of the program that made it
SELF_CONTAINED = made_full(b"dref", 0, 0, (1).to_bytes(4), made_full(b"url ", 0, 1))
MOST_SAMPLES = 100_000


class Sequence:
    def __init__(self, source: Source, movie: Box) -> None:
        self.source = source
        self.movie = movie
        tracks = [box for box in self.children(movie) if box.kind == b"trak"]
        self.tracks = [box for box in tracks if self.handler(box) in PICTURE_TRACKS]
        if not self.tracks:
            raise OddError

    def children(self, box: Box) -> list[Box]:
        return boxes(self.source, box.body, box.stop)

    def inside(self, box: Box, *path: bytes) -> Box:
        for kind in path:
            box = only(self.children(box), kind)
        return box

    def handler(self, track: Box) -> bytes:
        return self.source.take(self.inside(track, b"mdia", b"hdlr").body + 8, 4)

    def samples(self) -> list[Span]:
        return [span for track in self.tracks for span in self.chunks(self.inside(track, b"mdia", b"minf", b"stbl"))]

    def chunks(self, table: Box) -> list[Span]:
        """Where the pictures of a track are. They follow each other within a chunk; `runs` says how many there are in each."""
        kind = self.coding(table)
        places = self.places(next(box for box in [*self.children(table), None] if box is None or box.kind in OFFSETS))
        sizes = self.sizes(only(self.children(table), b"stsz"))
        runs = self.runs(only(self.children(table), b"stsc"))
        spans: list[Span] = []
        count = 0
        for number, place in enumerate(places, 1):
            count = runs.get(number, count)
            ends = list(accumulate(sizes[len(spans) : len(spans) + count], initial=place))
            spans += pairwise(ends)
        if len(spans) != len(sizes):
            raise OddError
        for span in spans:
            coded.check(self.source, kind, span)
        return spans

    def coding(self, table: Box) -> bytes:
        description = only(self.children(table), b"stsd")
        entries = boxes(self.source, description.body + 8, description.stop)
        if len(entries) != 1:
            raise OddError
        return entries[0].kind

    def places(self, box: Box | None) -> list[int]:
        if box is None:
            raise OddError
        reader = Reader.of(self.source, box)
        reader.version()
        return [reader.number(OFFSETS[box.kind]) for _ in range(reader.number(4))]

    def sizes(self, box: Box) -> list[int]:
        reader = Reader.of(self.source, box)
        reader.version()
        size, count = reader.number(4), reader.number(4)
        if count > MOST_SAMPLES:
            raise OddError
        return [size] * count if size else [reader.number(4) for _ in range(count)]

    def runs(self, box: Box) -> dict[int, int]:
        reader = Reader.of(self.source, box)
        reader.version()
        rows = [(reader.number(4), reader.number(4), reader.number(4)) for _ in range(reader.number(4))]
        return {first: count for first, count, _ in rows}

    def written(self, moving: Relocation, start: int) -> bytes:
        """The box `moov` of a file whose pictures begin at `start`."""
        return self.rewritten(self.movie, moving, start)

    def rewritten(self, box: Box, moving: Relocation, start: int) -> bytes:
        if box.kind in INSIDE:
            named = [child for child in self.children(box) if child.kind in INSIDE[box.kind]]
            kept = [child for child in named if child.kind != b"trak" or child in self.tracks]
            return made(box.kind, *(self.rewritten(child, moving, start) for child in kept))
        if box.kind in OFFSETS:
            places = self.places(box)
            return made_full(b"stco", 0, 0, len(places).to_bytes(4), *((start + moving.place(place)).to_bytes(4) for place in places))
        return self.leaf(box)

    def leaf(self, box: Box) -> bytes:
        if box.kind in TIMED:
            body = self.body(box)
            times = 8 if body[:1] == b"\0" else 16
            return made(box.kind, body[:4], bytes(times), body[4 + times :])
        if box.kind == b"hdlr":
            return made_full(b"hdlr", 0, 0, bytes(4), self.body(box)[8:12], bytes(13))
        if box.kind == b"dref":
            return SELF_CONTAINED
        return self.described(box) if box.kind == b"stsd" else made(box.kind, self.body(box))

    def body(self, box: Box) -> bytes:
        return self.source.take(box.body, box.stop - box.body)

    def described(self, box: Box) -> bytes:
        """How the samples are coded."""
        entries = [self.entry(entry) for entry in boxes(self.source, box.body + 8, box.stop)]
        return made_full(b"stsd", 0, 0, len(entries).to_bytes(4), *entries)

    def entry(self, entry: Box) -> bytes:
        head = self.source.take(entry.body, ENTRY_HEAD)
        found = boxes(self.source, entry.body + ENTRY_HEAD, entry.stop)
        kept = [properties.cleaned(box.kind, self.body(box)) for box in found if box.kind in properties.NAMES]
        return made(entry.kind, head[:42], bytes(32), head[74:], *kept)

"""TIFF: each page's strips or tiles, byte for byte, and new directories with the tags named here."""

from dataclasses import dataclass

from rooms.ingest.rewrite import profile
from rooms.ingest.rewrite.directory import (
    BYTE,
    HEADER,
    LONG,
    SHORT,
    SIZES,
    UNDEFINED,
    Directory,
    Entry,
    Tiff,
    Value,
    header,
    packed,
    written,
)
from rooms.ingest.rewrite.facts import EXIF, ORIENTATION, UPRIGHT, Facts, read
from rooms.ingest.rewrite.source import OddError, Pieces, Relocation, Source, Span

MOST_PAGES = 200
SUBFILE, COMPRESSION, PROFILE, SUB_DIRECTORIES, GPS, RAW = 254, 259, 34675, 330, 34853, 50706
REDUCED = 1  # a flag of SUBFILE: a small picture of another one
PLACES = {273: 279, 324: 325}  # where the strips or tiles are: how long they are
# None, fax, LZW, deflate twice, PackBits, LZMA, Zstandard. JPEG and WebP are files of their own, with all they may say.
COMPRESSIONS = {1, 2, 3, 4, 5, 8, 32773, 32946, 34925, 50000}
# Numbers only: what the samples are, how they lie, what their colours mean, and how large to print them.
TAGS = {
    *(SUBFILE, 255, 256, 257, 258, COMPRESSION, 262, 263, 266, 277, 278, 280, 281, 282, 283, 284, 292, 293, 296, 297),
    *(301, 317, 318, 319, 320, 321, 322, 323, 332, 334, 336, 338, 339, 340, 341, 529, 530, 531, 532),
}
KEPT = {*TAGS, PROFILE, *PLACES, *PLACES.values()}
NUMBERS = set(SIZES) - {2, UNDEFINED, 13}
LARGEST_VALUE = 64 * 1024  # bytes; colour maps and transfer functions of 16 bits have the most


@dataclass(frozen=True)
class Page:
    directory: Directory
    places: int
    parts: list[Span]


class TiffFile:
    def __init__(self, source: Source) -> None:
        self.tiff = Tiff(source)
        self.source = source
        self.facts = read(self.tiff)
        self.named: list[Span] = []  # where the values are that stay
        self.others: list[Span] = []  # where anything else is
        pages = [self.page(entries) for entries in self.directories()]
        if pages[0] is None:
            raise OddError
        self.pages = [page for page in pages if page is not None]
        parts = [span for page in self.pages for span in page.parts]
        self.moving = Relocation(parts)
        if Relocation([*parts, *self.named]).meets(self.others):
            raise OddError

    def directories(self) -> list[list[Entry]]:
        found: list[list[Entry]] = []
        seen: set[int] = set()
        start = self.tiff.first
        while start:
            if start in seen or len(found) == MOST_PAGES:
                raise OddError
            seen.add(start)
            entries, following = self.tiff.entries(start)
            self.note(start, entries)
            found.append(entries)
            start = following
        return found

    def note(self, start: int, entries: list[Entry], depth: int = 0) -> None:
        """Remember where a directory and those below it keep what they say, so that no strip or list of numbers is taken from there."""
        self.others.append((start, start + 2 + 12 * len(entries)))
        for entry in entries:
            if not entry.inline:
                (self.named if entry.tag in KEPT else self.others).append((entry.start, entry.stop))
            if entry.tag in (EXIF, GPS) and depth == 0:
                place = self.tiff.numbers(entry)[0]
                self.note(place, self.tiff.entries(place)[0], depth + 1)

    def page(self, entries: list[Entry]) -> Page | None:
        by_tag = {entry.tag: entry for entry in entries}
        if len(by_tag) != len(entries) or RAW in by_tag:
            raise OddError
        if self.first(by_tag, SUBFILE, 0) & REDUCED:
            return None
        if self.first(by_tag, COMPRESSION, 1) not in COMPRESSIONS:
            raise OddError
        directory = {tag: self.number(by_tag[tag]) for tag in TAGS if tag in by_tag}
        if PROFILE in by_tag:
            directory[PROFILE] = self.profile(by_tag[PROFILE])
        turned = self.first(by_tag, ORIENTATION, UPRIGHT)
        if 1 < turned <= 8:
            directory[ORIENTATION] = packed([turned], SHORT, self.tiff.order)
        places = [tag for tag in PLACES if tag in by_tag]
        if len(places) != 1:
            raise OddError
        return self.with_parts(directory, by_tag, places[0])

    def with_parts(self, directory: Directory, by_tag: dict[int, Entry], places: int) -> Page:
        lengths = PLACES[places]
        if lengths not in by_tag:
            raise OddError
        sizes = self.tiff.numbers(by_tag[lengths])
        starts = self.tiff.numbers(by_tag[places])
        parts = [(start, start + size) for start, size in zip(starts, sizes, strict=False)]
        if len(starts) != len(sizes) or not all(HEADER <= start < stop <= self.source.size for start, stop in parts):
            raise OddError
        directory[lengths] = packed(sizes, LONG, self.tiff.order)
        directory[places] = packed(starts, LONG, self.tiff.order)
        return Page(directory, places, parts)

    def first(self, by_tag: dict[int, Entry], tag: int, default: int) -> int:
        return self.tiff.numbers(by_tag[tag])[0] if tag in by_tag else default

    def number(self, entry: Entry) -> Value:
        if entry.type not in NUMBERS or not entry.count or entry.length > LARGEST_VALUE:
            raise OddError
        return Value(entry.type, self.tiff.data(entry))

    def profile(self, entry: Entry) -> Value:
        if entry.type not in (BYTE, UNDEFINED):
            raise OddError
        return Value(UNDEFINED, profile.cleaned(self.tiff.data(entry)))

    def rewritten(self, facts: Facts) -> Pieces:
        length = len(self.directories_before(facts, 0))
        pieces = Pieces()
        pieces.add(header(self.tiff.order) + self.directories_before(facts, HEADER + length))
        for span in self.moving.spans:
            pieces.keep(*span)
        return pieces

    def directories_before(self, facts: Facts, start: int) -> bytes:
        """All directories of a file whose strips begin at `start`. As long wherever that is."""
        result = b""
        for number, page in enumerate(self.pages, 1):
            here = HEADER + len(result)
            directory = page.directory | {
                page.places: packed([start + self.moving.place(part[0]) for part in page.parts], LONG, self.tiff.order)
            }
            below = b""
            if number == 1:
                directory |= facts.image
                directory, below = self.with_exif(directory, facts, here)
            length = len(written(directory, here, self.tiff.order)) + len(below)
            following = here + length if number < len(self.pages) else 0
            result += written(directory, here, self.tiff.order, following) + below
        return result

    def with_exif(self, directory: Directory, facts: Facts, here: int) -> tuple[Directory, bytes]:
        if not facts.exif:
            return directory, b""
        pointed = directory | {EXIF: packed([0], LONG, self.tiff.order)}
        place = here + len(written(pointed, here, self.tiff.order))
        return directory | {EXIF: packed([place], LONG, self.tiff.order)}, facts.sub_block(place)

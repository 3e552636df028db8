"""What an edition may say of how a picture was taken: the tags named here, of the shape named here. The EXIF is written anew from
them, so a serial number, a place or a thumbnail has no way into it.
"""

import re
from dataclasses import dataclass, field

from rooms.ingest.rewrite.directory import (
    ASCII,
    BYTE,
    HEADER,
    LONG,
    RATIONAL,
    SHORT,
    SIGNED_RATIONAL,
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
from rooms.ingest.rewrite.source import OddError, Order, Source

PREFIX = b"Exif\0\0"
MAKE, MODEL, ORIENTATION, EXIF, VERSION = 0x010F, 0x0110, 0x0112, 0x8769, 0x9000
UPRIGHT = 1
XMP_ORIENTATION = re.compile(rb'tiff:Orientation(?:="|>)([1-8])')  # where EXIF is silent, Pillow and so Salon go by this

NAME = re.compile(rb"[A-Za-z0-9][A-Za-z0-9 .,:;/|()\[\]&+*_#-]{0,63}")
DATE = re.compile(rb"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d")
FRACTION = re.compile(rb"\d{1,9}")
ZONE = re.compile(rb"[+-]\d\d:\d\d|Z")

Rule = re.Pattern[bytes] | tuple[int, ...]  # what a text must look like, or the types one number may have

IMAGE_RULES: dict[int, Rule] = {
    MAKE: NAME,
    MODEL: NAME,
    0x011A: (RATIONAL,),  # XResolution
    0x011B: (RATIONAL,),  # YResolution
    0x0128: (SHORT,),  # ResolutionUnit
    0x0132: DATE,  # DateTime
}
EXIF_RULES: dict[int, Rule] = {
    0x829A: (RATIONAL,),  # ExposureTime
    0x829D: (RATIONAL,),  # FNumber
    0x8822: (SHORT,),  # ExposureProgram
    0x8827: (SHORT, LONG),  # PhotographicSensitivity, once ISOSpeedRatings
    0x9003: DATE,  # DateTimeOriginal
    0x9004: DATE,  # DateTimeDigitized
    0x9010: ZONE,  # OffsetTime
    0x9011: ZONE,  # OffsetTimeOriginal
    0x9012: ZONE,  # OffsetTimeDigitized
    0x9204: (SIGNED_RATIONAL,),  # ExposureBiasValue
    0x9207: (SHORT,),  # MeteringMode
    0x9209: (SHORT,),  # Flash
    0x920A: (RATIONAL,),  # FocalLength
    0x9290: FRACTION,  # SubSecTime
    0x9291: FRACTION,  # SubSecTimeOriginal
    0x9292: FRACTION,  # SubSecTimeDigitized
    0xA001: (SHORT,),  # ColorSpace
    0xA002: (SHORT, LONG),  # PixelXDimension
    0xA003: (SHORT, LONG),  # PixelYDimension
    0xA403: (SHORT,),  # WhiteBalance
    0xA405: (SHORT,),  # FocalLengthIn35mmFilm
    0xA433: NAME,  # LensMake
    0xA434: NAME,  # LensModel
}


@dataclass(frozen=True)
class Facts:
    image: Directory = field(default_factory=dict)
    exif: Directory = field(default_factory=dict)
    orientation: int = UPRIGHT
    order: Order = "big"

    def bare(self) -> "Facts":
        """Only what it takes to show the picture."""
        return Facts(orientation=self.orientation, order=self.order)

    def block(self) -> bytes:
        """EXIF without its prefix, or nothing where there is nothing to say."""
        image = self.image
        if self.orientation != UPRIGHT:
            image = image | {ORIENTATION: packed([self.orientation], SHORT, self.order)}
        if self.exif:
            length = len(written(image | {EXIF: packed([0], LONG, self.order)}, HEADER, self.order))
            image = image | {EXIF: packed([HEADER + length], LONG, self.order)}
        if not image:
            return b""
        return header(self.order) + written(image, HEADER, self.order) + self.sub_block(HEADER + len(written(image, HEADER, self.order)))

    def sub_block(self, start: int) -> bytes:
        """The directory of how the picture was taken, as it stands at `start`."""
        if not self.exif:
            return b""
        return written(self.exif | {VERSION: Value(UNDEFINED, b"0232")}, start, self.order)  # 0232: the first with time zones is 0231


def facts_of(block: bytes, xmp: bytes = b"") -> Facts:
    """The facts of a block of EXIF, with or without its prefix. Raises OddError for one that cannot be read."""
    block = block.removeprefix(PREFIX)
    if block:
        return read(Tiff(Source(memoryview(block))), xmp)
    return Facts(orientation=turned_by(xmp))


def read(tiff: Tiff, xmp: bytes = b"") -> Facts:
    entries, _ = tiff.entries(tiff.first)
    if any(entry.stop > tiff.source.size for entry in entries):
        raise OddError  # some readers go no further than that, others go on to the orientation
    main = unique(entries, {*IMAGE_RULES, ORIENTATION, EXIF})
    below = tiff.entries(tiff.numbers(main[EXIF])[0])[0] if EXIF in main else []
    sub = unique(below, set(EXIF_RULES))
    check_names([*entries, *below])
    turn = orientation(tiff, main[ORIENTATION]) if ORIENTATION in main else turned_by(xmp)
    return Facts(allowed(tiff, main, IMAGE_RULES), allowed(tiff, sub, EXIF_RULES), turn, tiff.order)


def unique(entries: list[Entry], tags: set[int]) -> dict[int, Entry]:
    """Readers disagree on which of two counts, so a file that says a thing twice is too odd for us."""
    named = [entry for entry in entries if entry.tag in tags]
    found = {entry.tag: entry for entry in named}
    if len(found) != len(named):
        raise OddError
    return found


def check_names(entries: list[Entry]) -> None:
    """A wrong bit can make the camera's name point at the owner's. Numbers and dates cannot tell one."""
    rules = IMAGE_RULES | EXIF_RULES
    elsewhere = [entry for entry in entries if not entry.inline]
    others = [entry for entry in elsewhere if rules.get(entry.tag) is not NAME]
    for name in (entry for entry in elsewhere if rules.get(entry.tag) is NAME):
        if any(other.start < name.stop and name.start < other.stop for other in others):
            raise OddError


def orientation(tiff: Tiff, entry: Entry) -> int:
    numbers = tiff.numbers(entry)
    return numbers[0] if len(numbers) == 1 and 1 <= numbers[0] <= 8 else UPRIGHT


def turned_by(xmp: bytes) -> int:
    match = XMP_ORIENTATION.search(xmp)
    return int(match[1]) if match else UPRIGHT


def allowed(tiff: Tiff, entries: dict[int, Entry], rules: dict[int, Rule]) -> Directory:
    values = {tag: value(tiff, entries[tag], rule) for tag, rule in rules.items() if tag in entries}
    return {tag: value for tag, value in values.items() if value is not None}


def value(tiff: Tiff, entry: Entry, rule: Rule) -> Value | None:
    if entry.count == 0 or entry.stop > tiff.source.size:
        return None
    if isinstance(rule, tuple):
        return Value(entry.type, tiff.data(entry)[: SIZES[entry.type]]) if entry.type in rule else None
    text = tiff.data(entry).partition(b"\0")[0].strip(b" ") if entry.type in (ASCII, BYTE) else b""
    return Value(ASCII, text + b"\0") if rule.fullmatch(text) else None

"""PNG and APNG: the chunks named here, whole and with their checksums tried, and nothing after the last one."""

import re
import zlib

from rooms.ingest.rewrite import profile
from rooms.ingest.rewrite.facts import Facts, facts_of
from rooms.ingest.rewrite.source import LARGEST_READ, OddError, Pieces, Source, Span

MAGIC = b"\x89PNG\r\n\x1a\n"
FRAME = 12  # bytes of a chunk beside its body: length, name, checksum
LARGEST = 2**31 - 1
SIZES = {  # bytes of the body, from and to
    b"IHDR": (13, 13),
    b"PLTE": (3, 768),
    b"IDAT": (0, LARGEST),
    b"IEND": (0, 0),
    b"tRNS": (1, 256),
    b"gAMA": (4, 4),
    b"cHRM": (32, 32),
    b"sRGB": (1, 1),
    b"cICP": (4, 4),
    b"mDCV": (24, 24),
    b"cLLI": (8, 8),
    b"sBIT": (1, 4),
    b"pHYs": (9, 9),
    b"bKGD": (1, 6),
    b"acTL": (8, 8),
    b"fcTL": (26, 26),
    b"fdAT": (4, LARGEST),
}
REPEATED = (b"IDAT", b"fcTL", b"fdAT")
NAME = re.compile(rb"[A-Za-z]{4}")
XMP = b"XML:com.adobe.xmp\0"
RAW_EXIF = b"Raw profile type exif\0"  # how ImageMagick kept EXIF before PNG had a chunk for it; Pillow reads it


class Png:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.kept: list[Span] = []
        self.names: set[bytes] = set()
        self.exif = self.xmp = self.raw_exif = b""
        self.profile: bytes | None = None
        if source.take(0, len(MAGIC)) != MAGIC:
            raise OddError
        self.read()
        self.facts = facts_of(self.exif or self.raw_exif, self.xmp)

    def read(self) -> None:
        position, name = len(MAGIC), b""
        while name != b"IEND":
            length = self.source.number(position, 4)
            name = self.source.take(position + 4, 4)
            if not self.names and name != b"IHDR":
                raise OddError
            self.chunk(name, position, position + FRAME + length)
            position += FRAME + length

    def chunk(self, name: bytes, start: int, stop: int) -> None:
        if stop > self.source.size or not NAME.fullmatch(name):
            raise OddError
        if name in SIZES:
            self.check(name, start, stop)
            self.kept.append((start, stop))
        elif name == b"iCCP":
            self.profile = self.profile or unpacked(self.body(start, stop).partition(b"\0")[2])
        elif name in (b"eXIf", b"iTXt", b"tEXt", b"zTXt"):
            self.look_for_facts(name, start, stop)
        elif name[:1].isupper():  # the picture cannot be shown without it, whatever it is
            raise OddError

    def check(self, name: bytes, start: int, stop: int) -> None:
        least, most = SIZES[name]
        if not least <= stop - start - FRAME <= most or (name in self.names and name not in REPEATED):
            raise OddError
        self.names.add(name)
        with self.source.view[start + 4 : stop - 4] as checked:
            if zlib.crc32(checked) != self.source.number(stop - 4, 4):
                raise OddError

    def body(self, start: int, stop: int) -> bytes:
        return self.source.take(start + 8, stop - start - FRAME)

    def look_for_facts(self, name: bytes, start: int, stop: int) -> None:
        if stop - start > LARGEST_READ:
            return
        body = self.body(start, stop)
        if name == b"eXIf":
            self.exif = self.exif or body
        elif body.startswith(XMP):
            self.xmp = self.xmp or international_text(body.removeprefix(XMP))
        elif body.startswith(RAW_EXIF):
            text = body.removeprefix(RAW_EXIF)
            self.raw_exif = self.raw_exif or from_hexadecimal(unpacked(text) if name == b"zTXt" else text)

    def rewritten(self, facts: Facts) -> Pieces:
        pieces = Pieces()
        pieces.keep(0, len(MAGIC))
        pieces.keep(*self.kept[0])
        if self.profile is not None:
            pieces.add(chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(profile.cleaned(self.profile))))
        if block := facts.block():
            pieces.add(chunk(b"eXIf", block))
        for span in self.kept[1:]:
            pieces.keep(*span)
        return pieces


def chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)


def unpacked(packed: bytes) -> bytes:
    """The one method of compression, named by a zero, and never more than we would read otherwise."""
    inflater = zlib.decompressobj()
    try:
        whole = inflater.decompress(packed[1:], LARGEST_READ)
    except zlib.error:
        raise OddError from None
    if packed[:1] != b"\0" or not inflater.eof:
        raise OddError
    return whole


def international_text(body: bytes) -> bytes:
    """The text of an iTXt, of which the keyword has been read: compressed or not, method, language, keyword again, text."""
    text = body[2:].partition(b"\0")[2].partition(b"\0")[2]
    return unpacked(body[1:2] + text) if body[:1] == b"\1" else text


def from_hexadecimal(text: bytes) -> bytes:
    """A line break, the kind, the length, and then lines of digits."""
    try:
        return bytes.fromhex("".join(text.decode("ascii").split("\n")[3:]))
    except ValueError:
        raise OddError from None

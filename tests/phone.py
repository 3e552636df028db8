"""An AVIF as telephones build their HEIC, put together by hand: tiles, companions, and words wherever there is room for them."""

import itertools
import struct

from PIL import Image

from tests.pictures import saved

DEPTH = b"urn:mpeg:hevc:2015:auxid:2\0"
TILE = (192, 256)  # pixels
LEFT, RIGHT, PICTURE, THUMBNAIL, EXIF, XMP, COMPANION = range(1, 8)
KINDS = {LEFT: b"av01", RIGHT: b"av01", PICTURE: b"grid", THUMBNAIL: b"av01", EXIF: b"Exif", XMP: b"mime", COMPANION: b"av01"}
HIDDEN = (LEFT, RIGHT)


def box(kind: bytes, *bodies: bytes) -> bytes:
    return struct.pack(">I", 8 + sum(map(len, bodies))) + kind + b"".join(bodies)


def full(kind: bytes, *bodies: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *bodies)


def coded(image: Image.Image) -> tuple[bytes, bytes]:
    """A picture as AV1: the box of its configuration, and its data."""
    whole = saved(image, "AVIF", quality=60)
    start = whole.index(b"av1C") - 4
    return whole[start : start + int.from_bytes(whole[start : start + 4])], whole[whole.index(b"mdat") + 4 :]


def still(image: Image.Image, exif: bytes, words: bytes, profile: bytes) -> bytes:
    """`exif` begins with "Exif". The picture (384 by 256) lies on its side, as `irot` says."""
    configuration, left = coded(image.crop((0, 0, *TILE)))
    right = coded(image.crop((TILE[0], 0, 2 * TILE[0], TILE[1])))[1]
    data = {
        LEFT: left,
        RIGHT: right,
        THUMBNAIL: left,
        EXIF: b"\0\0\0\x06" + exif,
        XMP: b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + words,
        COMPANION: right,
    }
    head = box(b"ftyp", b"avif\0\0\0\0avifmif1miaf") + box(b"free", words)
    others = [
        full(b"hdlr", bytes(4), b"pict", bytes(12), words, b"\0"),
        full(b"pitm", struct.pack(">H", PICTURE)),
        descriptions(words),
        references(),
        properties(configuration, profile, words),
        box(b"idat", grid()),
        box(b"free", words),
    ]
    start = len(head) + len(full(b"meta", *others, locations(data, 0))) + 8
    return head + full(b"meta", *others, locations(data, start)) + box(b"mdat", *data.values(), words)


def grid() -> bytes:
    return struct.pack(">BBBBHH", 0, 0, 0, 1, 2 * TILE[0], TILE[1])


def descriptions(words: bytes) -> bytes:
    rows = []
    for number, kind in KINDS.items():
        content_type = b"application/rdf+xml\0" if kind == b"mime" else b""
        body = struct.pack(">HH", number, 0) + kind + words + b"\0" + content_type
        rows.append(full(b"infe", body, version=2, flags=number in HIDDEN))
    return full(b"iinf", struct.pack(">H", len(rows)), *rows)


def references() -> bytes:
    rows = [(b"dimg", PICTURE, [LEFT, RIGHT])]
    rows += [(kind, source, [PICTURE]) for kind, source in ((b"thmb", THUMBNAIL), (b"cdsc", EXIF), (b"cdsc", XMP), (b"auxl", COMPANION))]
    return full(b"iref", *(box(kind, struct.pack(f">HH{len(to)}H", source, len(to), *to)) for kind, source, to in rows))


def properties(configuration: bytes, profile: bytes, words: bytes) -> bytes:
    container = box(
        b"ipco",
        configuration,
        full(b"ispe", struct.pack(">II", *TILE)),
        full(b"ispe", struct.pack(">II", 2 * TILE[0], TILE[1])),
        box(b"irot", b"\1"),
        box(b"colr", b"prof", profile),
        full(b"udes", b"en\0", words, b"\0", words, b"\0\0"),
        full(b"auxC", DEPTH),
    )
    essential = 0x80
    tile = [1 | essential, 2]
    of = {LEFT: tile, RIGHT: tile, PICTURE: [3, 4 | essential, 5, 6], THUMBNAIL: tile, COMPANION: [*tile, 7 | essential]}
    rows = b"".join(struct.pack(">HB", number, len(indices)) + bytes(indices) for number, indices in of.items())
    return box(b"iprp", container, full(b"ipma", struct.pack(">I", len(of)), rows))


def locations(data: dict[int, bytes], start: int) -> bytes:
    """The tiles' plan is in `idat`, all else where `mdat` begins."""
    rows = [struct.pack(">HHHHII", PICTURE, 1, 0, 1, 0, len(grid()))]
    places = itertools.accumulate(map(len, data.values()), initial=start)
    rows += [struct.pack(">HHHHII", number, 0, 0, 1, place, len(body)) for (number, body), place in zip(data.items(), places, strict=False)]
    return full(b"iloc", b"\x44\0", struct.pack(">H", len(rows)), *rows, version=1)

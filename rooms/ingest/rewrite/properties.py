"""What HEIC and AVIF say of a picture in small boxes: how it is coded, how large it is, how it is turned, what its colours mean."""

from rooms.ingest.rewrite import coded, profile
from rooms.ingest.rewrite.boxes import made
from rooms.ingest.rewrite.source import OddError, Source

SIZES = {  # bytes
    b"ispe": (12,),  # width and height
    b"pixi": (6, 8, 9),  # bits, of one, three or four channels
    b"irot": (1,),
    b"imir": (1,),
    b"clap": (32,),
    b"pasp": (8,),
    b"clli": (4,),
    b"mdcv": (24,),
    b"amve": (8,),
    b"lsel": (2,),
    b"a1op": (1,),
    b"a1lx": (7, 13),
    b"ccst": (8,),
}
GAIN_MAP = (b"urn:com:apple:photo:2020:aux:hdrgainmap\0", b"urn:com:samsung:photo:2024:aux:hdrgainmap\0")  # part of a `tmap`
COLOURS_BY_NUMBER = 11  # bytes of `colr` of the kind `nclx`
ALPHA = (b"urn:mpeg:hevc:2015:auxid:1\0", b"urn:mpeg:avc:2015:auxid:1\0", b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0")
AV1_HEAD, HEVC_HEAD = 4, 22  # bytes of a configuration before its units
NAMES = {*SIZES, b"av1C", b"hvcC", b"colr", b"auxC", b"auxi"}


def cleaned(kind: bytes, body: bytes) -> bytes:
    """The whole box. Raises OddError for one that is not of its kind's form, which could hold anything."""
    if kind == b"colr":
        return made(kind, colours(body))
    if kind in (b"auxC", b"auxi"):
        return made(kind, body[:4], companion(body))
    if kind == b"av1C":
        check_av1(body)
    elif kind == b"hvcC":
        check_hevc(body)
    elif len(body) not in SIZES[kind]:
        raise OddError
    return made(kind, body)


def colours(body: bytes) -> bytes:
    if body[:4] in (b"prof", b"rICC"):
        return body[:4] + profile.cleaned(body[4:])
    if body[:4] == b"nclx" and len(body) == COLOURS_BY_NUMBER:
        return body
    raise OddError


def companion(body: bytes) -> bytes:
    """The name of a kind of companion that may be kept, without what may follow it."""
    for name in (*ALPHA, *GAIN_MAP):
        if body[4:].startswith(name):
            return name
    raise OddError


def check_av1(body: bytes) -> None:
    """Four bytes, and perhaps units as in the pictures."""
    if len(body) < AV1_HEAD:
        raise OddError
    if len(body) > AV1_HEAD:
        coded.check(Source(memoryview(body)), b"av01", (AV1_HEAD, len(body)))


def check_hevc(body: bytes) -> None:
    """Arrays of units, each with its length; before them, how many there are. And lengths as `coded` expects them in the pictures."""
    if len(body) <= HEVC_HEAD or body[21] & 3 != coded.LENGTH - 1:
        raise OddError
    position = HEVC_HEAD + 1
    for _ in range(body[HEVC_HEAD]):
        count = int.from_bytes(body[position + 1 : position + 3])
        position += 3
        for _ in range(count):
            if position > len(body):
                raise OddError
            position += 2 + int.from_bytes(body[position : position + 2])
    if position != len(body):
        raise OddError

"""Coded pictures as HEIC and AVIF hold them: a row of units, each with its length, which ends where the picture ends.

A file whose parts have moved may point at words instead. They do not have this form.
"""

from rooms.ingest.rewrite.source import OddError, Source, Span

HEVC = (b"hvc1", b"hev1")
AV1 = (b"av01",)
KINDS = {*HEVC, *AV1}
LENGTH = 4  # bytes, of the length before each unit of HEVC
LONGEST_NUMBER = 5  # bytes, of seven bits each, for lengths in AV1
UNITS = {1, 2, 3, 4, 5, 6, 7, 8, 15}  # of AV1: what the standard names


def check(source: Source, kind: bytes, span: Span) -> None:
    position, stop = span
    if kind not in KINDS or position == stop:
        raise OddError
    while position < stop:
        position = after_hevc(source, position) if kind in HEVC else after_av1(source, position, stop)
    if position != stop:
        raise OddError


def after_hevc(source: Source, start: int) -> int:
    length = source.number(start, LENGTH)
    if length < 2 or source.number(start + LENGTH, 1) & 0x80:
        raise OddError
    return start + LENGTH + length


def after_av1(source: Source, start: int, stop: int) -> int:
    head = source.number(start, 1)
    if head & 0x81 or head >> 3 not in UNITS:
        raise OddError
    if not head & 2:  # without a length it is the last
        return stop
    position = start + (2 if head & 4 else 1)
    length = shift = 0
    for _ in range(LONGEST_NUMBER):
        byte = source.number(position, 1)
        length |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if not byte & 0x80:
            return position + length
    raise OddError

"""Colour profiles (ICC). They shape the pixels, so they stay; but a screen's own profile also names its serial number and its settings."""

import re

from rooms.ingest.rewrite.source import LARGEST_READ, OddError

HEADER = 128
ROW = 12  # of the table of tags: name, where, length
MOST_TAGS = 100
NAMES = re.compile(
    rb"[ABM]2[ABM][0-2]|[BD]2[BD][0-3]|[rgb]XYZ|[rgbk]TRC|wtpt|bkpt|chad|chrm|cicp|ciis|clot|clro|clrt|gamt|gbd0|lumi|meas|ncl2|pre[0-2]"
    rb"|resp|rig[02]|tech|view|vued|cprt|desc|dmdd|dmnd"
)


def cleaned(profile: bytes) -> bytes:
    """The profile with nothing but tags that the standard names and that speak of colour; itself, if it is so already."""
    size = int.from_bytes(profile[:4])
    if not profile:
        return profile
    if not HEADER + 4 <= size <= min(len(profile), LARGEST_READ) or profile[36:40] != b"acsp":
        raise OddError
    profile = profile[:size]
    rows = table(profile)
    kept = [row for row in rows if NAMES.fullmatch(row[0])]
    return profile if len(kept) == len(rows) and not has_more(profile, rows) else rebuilt(profile, kept)


def table(profile: bytes) -> list[tuple[bytes, int, int]]:
    count = int.from_bytes(profile[HEADER : HEADER + 4])
    end = HEADER + 4 + ROW * count
    if count > MOST_TAGS or end > len(profile):
        raise OddError
    rows = []
    for at in range(HEADER + 4, end, ROW):
        start, length = int.from_bytes(profile[at + 4 : at + 8]), int.from_bytes(profile[at + 8 : at + 12])
        if start < end or start + length > len(profile):
            raise OddError
        rows.append((profile[at : at + 4], start, start + length))
    return rows


def has_more(profile: bytes, rows: list[tuple[bytes, int, int]]) -> bool:
    """Whether anything but zeros stands outside of the tags."""
    position = HEADER + 4 + ROW * len(rows)
    for start, stop in sorted((start, stop) for _, start, stop in rows):
        if any(profile[position:start]):
            return True
        position = max(position, stop)
    return any(profile[position:]) or any(profile[100:HEADER])


def rebuilt(profile: bytes, rows: list[tuple[bytes, int, int]]) -> bytes:
    start = HEADER + 4 + ROW * len(rows)
    places: dict[tuple[int, int], int] = {}  # tags may share their data
    if sum(stop - start for start, stop in {(start, stop) for _, start, stop in rows}) > len(profile):
        raise OddError  # they overlap
    names, data = len(rows).to_bytes(4), b""
    for name, *span in rows:
        key = (span[0], span[1])
        if key not in places:
            places[key] = start + len(data)
            data += profile[slice(*span)] + bytes(-(span[1] - span[0]) % 4)
        names += name + places[key].to_bytes(4) + (span[1] - span[0]).to_bytes(4)
    size = start + len(data)
    # The checksum in bytes 84 to 99 no longer holds; zero says "none".
    return size.to_bytes(4) + profile[4:84] + bytes(16 + 28) + names + data

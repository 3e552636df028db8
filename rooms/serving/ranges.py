import re

RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


def part_of(header: str, size: int) -> tuple[int, int] | None:
    """Start and length of the one range asked for; None for all of it. Raises ValueError when it lies outside."""
    match = RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None  # no range, several, or not one we understand: the whole file is always a right answer
    first, last = match.groups()
    if first == "":
        length = min(int(last), size)
        start = size - length
    else:
        start = int(first)
        length = min(int(last) + 1 if last else size, size) - start
        if last and int(last) < start:
            return None
    if length <= 0:
        raise ValueError(header)
    return start, length

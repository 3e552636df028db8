"""How large a picture is to be. Sizes are pixels, width and height; an edge is the long one."""

NEAR = 0.05  # a share of the edge. A picture this near to its size is left at that: see docs/decisions/0010
Size = tuple[int, int]


def fit(size: Size, edge: int) -> Size:
    """The size with its long edge at `edge` pixels or less; never larger than it was."""
    scale = min(1, edge / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def is_near(length: float, edge: int) -> bool:
    return abs(length - edge) <= edge * NEAR


def shrink_to(size: Size, edge: int) -> int:
    """How many times smaller a JPEG's decoder can make it by itself and still have the edge, or nearly."""
    return next((times for times in (8, 4, 2) if max(size) / times >= edge * (1 - NEAR)), 1)

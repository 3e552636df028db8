from typing import Literal

from ninja import Schema


class IndexOut(Schema):
    """All photos that match, as columns; docs/protocol.md says how to read them. `seq` is at least as old as they are."""

    seq: int
    sort: Literal["added", "taken"]
    total: int
    ids: str
    ratios: str
    moments: list[int]
    users: dict[str, str]

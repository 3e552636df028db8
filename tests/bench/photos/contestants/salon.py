"""Salon's pipeline in one process, without the fence around it: what an upload has made, and what the worker makes later."""

import mmap
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from rooms.ingest.derive import derive
from rooms.ingest.look import SHRINKING, look
from tests.bench.photos.contestants.turns import Meter, take_turns


def make_tiles(path: Path, format: str) -> dict[str, bytes]:
    """With the facts, the blur, the checks and the editions, which come along."""
    with mapped(path) as file:
        return {name: b64decode(text) for name, text in look(file, format)["tile"].items()}


def make_view(path: Path, format: str) -> dict[str, bytes]:
    """What is left to the worker: of formats that cannot be decoded small, the view came with the tiles."""
    if format not in SHRINKING:
        return {}
    with mapped(path) as file:
        return derive(file, format)


@contextmanager
def mapped(path: Path) -> Iterator[BinaryIO]:
    """As the child process has it."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield cast("BinaryIO", content)


def main() -> None:
    take_turns({"tiles": make_tiles, "view": make_view}, Meter())

"""Salon's pipeline in one process, without the fence around it."""

import mmap
from base64 import b64decode
from pathlib import Path
from typing import BinaryIO, cast

from rooms.ingest.look import look
from tests.bench.photos.contestants.turns import Meter, take_turns


def make_all(path: Path, format: str) -> dict[str, bytes]:
    """With the facts, the blur, the checks and the editions, which come along."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:  # as the child process has it
        return {name: b64decode(text) for name, text in look(cast("BinaryIO", content), format)["pictures"].items()}


def main() -> None:
    take_turns({"all": make_all}, Meter())

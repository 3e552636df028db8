"""Originals written anew without their metadata, one module for each container.

Each has a class that reads a file (`Jpeg(source)`), the facts it found there (`.facts`), and `.rewritten(facts)`, the pieces of the new
file. All raise OddError for a file that is not built as they expect. Nothing that is not named in them gets into the new file.
"""

from collections.abc import Callable
from typing import Protocol

from rooms.ingest.rewrite.facts import Facts
from rooms.ingest.rewrite.gif import Gif
from rooms.ingest.rewrite.heif import Heif
from rooms.ingest.rewrite.jpeg import Jpeg
from rooms.ingest.rewrite.png import Png
from rooms.ingest.rewrite.source import Pieces, Source
from rooms.ingest.rewrite.tiff import TiffFile
from rooms.ingest.rewrite.webp import Webp


class Original(Protocol):
    facts: Facts

    def rewritten(self, facts: Facts) -> Pieces: ...


READERS: dict[str, Callable[[Source], Original]] = {
    "jpeg": Jpeg,
    "png": Png,
    "webp": Webp,
    "gif": Gif,
    "avif": Heif,
    "heic": Heif,
    "tiff": TiffFile,
}

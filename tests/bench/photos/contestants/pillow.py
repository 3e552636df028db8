"""What one writes in the first minute with Pillow: open it, and make three thumbnails of copies."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from rooms.ingest.derive import EDGES
from rooms.ingest.formats import BY_NAME
from rooms.ingest.webp import QUALITY
from tests.bench.photos.contestants.turns import Meter, take_turns


def make_three(path: Path, format: str) -> dict[str, bytes]:
    with Image.open(path, formats=[BY_NAME[format].decoder]) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    pictures = {}
    for name, edge in EDGES.items():
        small, buffer = image.copy(), BytesIO()
        small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
        small.info.clear()
        small.save(buffer, "WEBP", quality=QUALITY)
        pictures[name] = buffer.getvalue()
    return pictures


def main() -> None:
    take_turns({"all": make_three}, Meter())

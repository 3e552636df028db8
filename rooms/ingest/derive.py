"""Derivatives: the three WebP pictures that screens show, made in one decode, without metadata."""

from base64 import b64encode
from io import BytesIO
from typing import BinaryIO

from PIL import Image

from rooms.ingest.formats import BY_NAME
from rooms.ingest.pixels import fitted, load_near

# Long edges in pixels, largest first. 2016 is exactly half of a 4032-pixel phone photo, which JPEG decoders do for free.
EDGES = {"view": 2016, "grid": 640, "thumb": 320}
QUALITY = 80
SECONDS = 60  # for one photo in a child process; the slowest honest file takes 4 on one core of 2025
METHOD = 2  # WebP effort 0-6; above 2 time doubles for a few percent of bytes


def derive(original: BinaryIO, format: str) -> dict[str, bytes]:
    """WebP bytes for each name in EDGES. Raises whatever the decoder raises."""
    derivatives = {}
    with Image.open(original, formats=[BY_NAME[format].decoder]) as opened:
        image = load_near(opened, max(EDGES.values()))
    for name, edge in EDGES.items():
        image = fitted(image, edge)
        derivatives[name] = encode(image)
    return derivatives


def derive_as_text(original: BinaryIO, format: str) -> dict[str, str]:
    """The same in base64, which is how bytes leave a child process."""
    return {name: b64encode(content).decode() for name, content in derive(original, format).items()}


def encode(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "WEBP", quality=QUALITY, method=METHOD)
    return buffer.getvalue()

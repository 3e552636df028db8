"""The large picture where the upload did not bring it: of what moves, and of what has to be tried again. All others are made in look.py."""

from base64 import b64encode
from typing import BinaryIO

from rooms.ingest import motion, webp
from rooms.ingest.opening import opened
from rooms.ingest.pixels import load_near
from rooms.ingest.tails import mended

# Long edges in pixels, largest first. 2016 is exactly half of a 4032-pixel phone photo, which JPEG decoders do for free.
EDGES = {"view": motion.EDGE, "grid": 640, "thumb": 320}
SECONDS = 60  # for one photo in a child process; the slowest honest file takes 4 on one core of 2025, an animation 6


def derive(original: BinaryIO, format: str) -> dict[str, bytes]:
    """WebP bytes of the view, which moves where the original does. Raises whatever the decoder raises."""
    return {"view": mended(view, original, format)}


def view(original: BinaryIO, format: str) -> bytes:
    if motion.is_animated(original, format):
        return motion.animation(original, format)
    with opened(original, format) as image:
        return webp.still(load_near(image, original, EDGES["view"]))


def derive_as_text(original: BinaryIO, format: str) -> dict[str, str]:
    """The same in base64, which is how bytes leave a child process."""
    return {name: b64encode(content).decode() for name, content in derive(original, format).items()}

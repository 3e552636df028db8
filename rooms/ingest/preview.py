"""The small picture that stands for a photo while it is still being sent."""

from base64 import b64decode, b64encode
from io import BytesIO
from typing import BinaryIO

from rooms.ingest.formats import Format
from rooms.ingest.opening import opened
from rooms.ingest.pixels import load_near

LARGEST = 40 * 1024  # bytes
EDGE = 480  # pixels
QUALITY = 60
SECONDS = 5


def draw(file: BinaryIO, format: str) -> str:
    """It, drawn anew as WebP without metadata, in base64. Runs in a child process; raises whatever the decoder raises."""
    buffer = BytesIO()
    with opened(file, format) as image:
        load_near(image, file, EDGE).save(buffer, "WEBP", quality=QUALITY, method=0)
    return b64encode(buffer.getvalue()).decode()


def drawn(file: BinaryIO) -> bytes:
    """A safe copy of a preview that somebody sent. Raises InvalidError, TooLargeError or UnsupportedError."""
    from rooms.ingest import inspect, sandbox

    format: Format = inspect.check_format(file, "", "")
    with inspect.decoder():
        try:
            text = sandbox.run(draw, file, format.name, limits=sandbox.limits(SECONDS))
        except sandbox.DecodeError as error:
            raise inspect.refusal(error) from None
    return b64decode(text)

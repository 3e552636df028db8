"""The facts of one picture. Runs in a child process; see sandbox.py."""

from base64 import b64encode
from typing import Any, BinaryIO

from PIL import Image
from thumbhash import rgba_to_thumb_hash

from rooms.ingest import exif
from rooms.ingest.formats import BY_NAME
from rooms.ingest.pixels import fitted, load_near, upright_size

THUMBHASH_EDGE = 32  # pixels; its 7x7 cosines need no more, and the encoder is quadratic in it


def look(file: BinaryIO, format: str) -> dict[str, Any]:
    """The fields of inspect.Picture, as JSON says them. Raises whatever the decoder raises."""
    with Image.open(file, formats=[BY_NAME[format].decoder]) as image:
        check_pixels(image)
        width, height = upright_size(image)
        thumbhash = thumbhash_of(load_near(image, THUMBHASH_EDGE * 4))
        taken_at = exif.taken_at(image)
        return {
            "format": format,
            "width": width,
            "height": height,
            "thumbhash": thumbhash,
            "taken_at": taken_at and taken_at.isoformat(),
            "located": exif.is_located(image, file),
        }


def check_pixels(image: Image.Image) -> None:
    if Image.MAX_IMAGE_PIXELS is not None and image.width * image.height > Image.MAX_IMAGE_PIXELS:
        raise Image.DecompressionBombError


def thumbhash_of(image: Image.Image) -> str:
    """About 25 bytes that draw a blur of the picture, in base64. https://evanw.github.io/thumbhash/"""
    small = fitted(image, THUMBHASH_EDGE)
    flat = Image.new("RGBA", small.size, "white")
    flat.alpha_composite(small.convert("RGBA"))  # opaque: the encoder fails on alpha
    pixels = list(flat.tobytes())
    return b64encode(bytes(rgba_to_thumb_hash(flat.width, flat.height, pixels))).decode()

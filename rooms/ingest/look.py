"""All that an upload has to be looked at for, in one decode. Runs in a child process; see sandbox.py."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any, BinaryIO

from PIL import Image
from thumbhash import rgba_to_thumb_hash

from rooms.ingest import camera, exif, moment, motion, place, webp
from rooms.ingest.derive import EDGES
from rooms.ingest.editions import editions_of
from rooms.ingest.opening import bytes_of, content_of, opened
from rooms.ingest.pixels import fitted, load_near, upright_size
from rooms.ingest.tails import mended

TILES = ("grid", "thumb")  # the larger one first: each is made from the one before
STILL = ("view", *TILES)
THUMBHASH_EDGE = 20  # pixels; its 7x7 cosines need no more, and the encoder is quadratic in it


def look(file: BinaryIO, format: str) -> dict[str, Any]:
    """The fields of inspect.Picture, as JSON says them. Raises whatever the decoder raises."""
    return mended(look_at, file, format) | {"format": format, "editions": editions_of(content_of(file), format)}


def look_at(file: BinaryIO, format: str) -> dict[str, Any]:
    with opened(file, format) as image:
        size = image.size
        animated = motion.is_animated(file, format)
        names = TILES if animated else STILL  # the view of one that moves is many pictures; see derive.py
        picture = load_near(image, file, EDGES[names[0]])
        width, height = upright_size(image, size)
        tags = exif.of(image)
        taken_at, taken_zone = moment.taken(tags)
        latitude, longitude = place.coordinates(tags)
        return {
            "width": width,
            "height": height,
            **drawn(picture, names),
            "taken_at": taken_at and taken_at.isoformat(),
            "taken_zone": taken_zone,
            "camera": camera.camera(tags),
            "latitude": latitude,
            "longitude": longitude,
            "located": place.is_told(image, bytes_of(file)),
            "animated": animated,
        }


def drawn(picture: Image.Image, names: Sequence[str]) -> dict[str, Any]:
    """The pictures by these names, WebP in base64, and a blur of the smallest."""
    pictures = {}
    for name in names:
        picture = fitted(picture, EDGES[name])
        pictures[name] = b64encode(webp.still(picture)).decode()
    return {"pictures": pictures, "thumbhash": thumbhash_of(picture)}


def thumbhash_of(image: Image.Image) -> str:
    """About 25 bytes that draw a blur of the picture, in base64. https://evanw.github.io/thumbhash/"""
    small = fitted(image, THUMBHASH_EDGE)
    flat = Image.new("RGBA", small.size, "white")
    flat.alpha_composite(small.convert("RGBA"))  # opaque: the encoder fails on alpha
    pixels = list(flat.tobytes())
    return b64encode(bytes(rgba_to_thumb_hash(flat.width, flat.height, pixels))).decode()

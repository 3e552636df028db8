"""Pixels to WebP. What was measured for these numbers is in docs/decisions/0010-derivatives.md."""

from io import BytesIO

from PIL import Image

QUALITY = 80
METHOD = 0  # WebP effort 0-6
ANIMATION_QUALITY = 70


def still(image: Image.Image) -> bytes:
    return encoded(image, quality=QUALITY)


def encoded(image: Image.Image, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "WEBP", method=METHOD, **options)
    return buffer.getvalue()

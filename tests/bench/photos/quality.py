"""How near pictures are to the best one can make: the whole photo decoded, then one LANCZOS step to the size."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from math import log10
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from rooms.ingest.derive import EDGES
from tests.bench.photos.contestants import salon
from tests.bench.photos.contestants.contestant import BrokenError

EQUAL = 100.0  # dB, for pictures without any difference; strictly it is infinite
SAME_PICTURE = 24.0  # dB; another one, or one that lies on its side, has 15 at most
NEAR = 0.06  # a share of the edge, which Salon leaves as it is when the decoder comes that near
PRIVATE = ("exif", "xmp", "icc_profile")


def psnr(one: Image.Image, other: Image.Image) -> float:
    """Peak signal-to-noise ratio in dB over all pixels and colours. Raises ValueError when the sizes differ."""
    if one.size != other.size:
        raise ValueError(f"{one.size} and {other.size} cannot be compared")
    apart = np.asarray(one.convert("RGB"), np.float32) - np.asarray(other.convert("RGB"), np.float32)
    error = float(np.mean(apart * apart, dtype=np.float64))
    return 10 * log10(255**2 / error) if error else EQUAL


class Best:
    """A photo, upright and whole, to compare its smaller pictures with."""

    def __init__(self, path: Path) -> None:
        with Image.open(path) as opened:
            self.whole = ImageOps.exif_transpose(opened).convert("RGB")
        self.made: dict[tuple[int, int], Image.Image] = {}

    def psnr(self, image: Image.Image) -> float:
        if image.size not in self.made:
            self.made[image.size] = self.whole.resize(image.size, Image.Resampling.LANCZOS)
        return psnr(image, self.made[image.size])

    def fits(self, image: Image.Image, edge: int) -> bool:
        """Whether it has the size and the photo's own aspect, to the pixel."""
        edge = min(edge, max(self.whole.size))
        scale = max(image.size) / max(self.whole.size)
        wanted = [length * scale for length in self.whole.size]
        return abs(max(image.size) - edge) <= edge * NEAR and all(abs(a - b) <= 1 for a, b in zip(image.size, wanted, strict=True))


def before_encoding(path: Path, format: str) -> dict[str, Image.Image]:
    """The pixels that Salon's pipeline hands to the encoder, by name of the size."""
    with recorded() as images:
        salon.make_all(path, format)
    return dict(zip(EDGES, sorted(images, key=lambda image: -max(image.size)), strict=True))


@contextmanager
def recorded() -> Iterator[list[Image.Image]]:
    """Whatever is encoded meanwhile, wherever that is done."""
    images: list[Image.Image] = []
    save = Image.Image.save

    def record(image: Image.Image, *arguments: Any, **options: Any) -> None:
        images.append(image.copy())
        save(image, *arguments, **options)

    Image.Image.save = record  # type: ignore[method-assign,assignment]
    try:
        yield images
    finally:
        Image.Image.save = save  # type: ignore[method-assign]


def check(who: str, pictures: Mapping[str, bytes], best: Best) -> dict[str, float]:
    """PSNR of encoded pictures. Raises BrokenError unless they are all there, upright, of the right size and without metadata."""
    if set(pictures) != set(EDGES):
        raise BrokenError(f"{who} made {sorted(pictures)}")
    found = {}
    for name, content in pictures.items():
        image = Image.open(BytesIO(content))
        told = [kind for kind in PRIVATE if kind in image.info]
        if image.format != "WEBP" or told or not best.fits(image, EDGES[name]):
            raise BrokenError(f"{who} made {name} as {image.format} of {image.size}, with {told or 'no metadata'}")
        found[name] = best.psnr(image)
        if found[name] < SAME_PICTURE:
            raise BrokenError(f"{who} made another picture for {name}: {found[name]:.1f} dB")
    return found

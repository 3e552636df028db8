"""The photographs that are measured: real ones, with the size, the detail and the grain of a camera's.

scikit-image's photographs have less than a megapixel each. Several of them fill a frame side by side, enlarged until their detail is
as soft as it is in a photo at full size. Then the frame goes through a camera: each site of the colour mosaic sees one colour, with
noise; the other two are interpolated; the result is sharpened. White noise on finished pixels would be another matter: it has the
most where a photo has the least, in the finest detail, and that is what decoders, filters and encoders differ in.
"""

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import skimage
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFilter

from tests.bench import report

pillow_heif.register_heif_opener()

SOURCES = Path(skimage.__file__).parent / "data"
PHOTOGRAPHS = ("motorcycle_left.png", "coffee.png", "rocket.jpg", "chelsea.png", "motorcycle_right.png", "astronaut.png")
FOLDER = report.FOLDER / "photographs"
ROW = 420  # pixels of a row of photographs before they are enlarged
SHARPENING = ImageFilter.UnsharpMask(radius=1.2, percent=60, threshold=2)
ENCODERS: dict[str, dict[str, Any]] = {
    "jpeg": {"format": "JPEG", "quality": 92, "subsampling": "4:2:0"},
    "heic": {"format": "HEIF", "quality": 60, "enc_params": {"preset": "fast"}},
}
QUARTER_TURN = 6  # EXIF orientation: hold it upright and the sensor lies on its side
MARK = b"Salon benchmark 000000"  # in each photo, for a number that makes its bytes its own
Plane = NDArray[np.floating]


@dataclass(frozen=True)
class Kind:
    """What a photo is like. `noise` is in steps of 255 on the sensor; `size` is the sensor's, before any turn."""

    title: str
    format: str
    size: tuple[int, int]
    enlarged: float
    noise: float
    turned: bool = False
    first: int = 0  # of PHOTOGRAPHS, so that no two kinds show the same at the same place

    @property
    def megapixels(self) -> float:
        return self.size[0] * self.size[1] / 1e6


PHONE, CAMERA = (4032, 3024), (6000, 4000)
KINDS = {
    "jpeg-12": Kind("JPEG, 12 MP, by day", "jpeg", PHONE, enlarged=3, noise=4),
    "jpeg-12-grainy": Kind("JPEG, 12 MP, grainy, turned", "jpeg", PHONE, enlarged=3, noise=8, turned=True, first=2),
    "jpeg-24": Kind("JPEG, 24 MP", "jpeg", CAMERA, enlarged=3, noise=5, first=1),
    "heic-12": Kind("HEIC, 12 MP", "heic", PHONE, enlarged=3, noise=4),
}
SMALL = {
    "jpeg-small": Kind("JPEG, 1 MP, turned", "jpeg", (1152, 864), enlarged=1.5, noise=4, turned=True),
    "heic-small": Kind("HEIC, 1 MP", "heic", (1152, 864), enlarged=1.5, noise=4),
}
SNAPSHOTS = [Kind(f"JPEG, 2.4 MP, number {number}", "jpeg", (1800, 1350), 2, 4, first=number) for number in range(len(PHOTOGRAPHS))]


def path_of(kind: Kind) -> Path:
    """The photo's file, made at the first use and kept for the next run, as long as neither it nor the recipe has changed."""
    recipe = sha256(Path(__file__).read_bytes() + repr(kind).encode()).hexdigest()[:12]
    path = FOLDER / f"{recipe}.{kind.format}"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(made(kind))
        unfinished.rename(path)
    return path


def made(kind: Kind) -> bytes:
    buffer = BytesIO()
    picture = seen_by_camera(contact_prints(kind), kind.noise)
    picture.save(buffer, exif=exif(turned=kind.turned), **ENCODERS[kind.format])
    return buffer.getvalue()


def numbered(photo: bytes, after: int = 0) -> Iterator[bytes]:
    """The same photo again and again, and yet never the same bytes."""
    assert photo.count(MARK) == 1
    head, tail = photo.split(MARK)
    for number in itertools.count(after + 1):
        yield head + MARK[:-6] + b"%06d" % number + tail


def contact_prints(kind: Kind) -> Image.Image:
    frame, height = Image.new("RGB", kind.size), round(ROW * kind.enlarged)
    names = itertools.cycle(PHOTOGRAPHS[kind.first :] + PHOTOGRAPHS[: kind.first])
    for top in range(0, frame.height, height):
        left = 0
        while left < frame.width:
            with Image.open(SOURCES / next(names)) as opened:
                picture = opened.convert("RGB")
            width = round(picture.width * height / picture.height)
            frame.paste(picture.resize((width, height), Image.Resampling.BICUBIC), (left, top))
            left += width
    return frame


def seen_by_camera(frame: Image.Image, noise: float) -> Image.Image:
    """Through a Bayer mosaic with the noise of few photons, interpolated and sharpened. The same frame gives the same photo."""
    random = np.random.default_rng(1)
    colours = np.asarray(frame, np.float32)
    seen = np.empty_like(colours)
    for colour, sites in enumerate(([(0, 0)], [(0, 1), (1, 0)], [(1, 1)])):
        raw = np.zeros(colours.shape[:2], np.float32)
        for y, x in sites:
            light = colours[y::2, x::2, colour]
            raw[y::2, x::2] = light + random.standard_normal(light.shape, np.float32) * noise * (0.4 + np.sqrt(light / 255))
        seen[..., colour] = interpolated(raw, sites=len(sites))
    return Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8)).filter(SHARPENING)


def interpolated(raw: Plane, sites: int) -> Plane:
    """Each pixel from the nearest sites of the colour: two of four pixels are sites of green, one of red, one of blue."""
    around = np.pad(raw, 1, mode="reflect")
    if sites == 2:
        return raw + (around[:-2, 1:-1] + around[2:, 1:-1] + around[1:-1, :-2] + around[1:-1, 2:]) / 4
    across = around[:, :-2] + around[:, 1:-1] * 2 + around[:, 2:]
    return (across[:-2] + across[1:-1] * 2 + across[2:]) / 4


def exif(*, turned: bool) -> bytes:
    tags = Image.Exif()
    tags[ExifTags.Base.Make], tags[ExifTags.Base.Model] = "Salon", "Camera"
    tags[ExifTags.Base.Orientation] = QUARTER_TURN if turned else 1
    details = tags.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal], details[ExifTags.Base.OffsetTimeOriginal] = "2026:07:01 18:30:00", "+02:00"
    details[ExifTags.Base.ExposureTime], details[ExifTags.Base.FNumber], details[ExifTags.Base.ISOSpeedRatings] = 0.008, 1.8, 125
    details[ExifTags.Base.ImageUniqueID] = MARK.decode()
    place = tags.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (47.0, 22.0, 0.0)
    place[ExifTags.GPS.GPSLongitudeRef], place[ExifTags.GPS.GPSLongitude] = "E", (8.0, 32.0, 0.0)
    return tags.tobytes()

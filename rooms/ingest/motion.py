"""Pictures that move. Whether one does is decided here, for the facts at upload and for the view alike."""

from collections.abc import Iterator
from typing import BinaryIO, cast

from PIL import Image, ImageChops

from rooms.ingest import exif, webp
from rooms.ingest.opening import opened
from rooms.ingest.pixels import fitted, plain, prepared

# MPO and HEIC hold several pictures, too, but of them only the first or the primary one is meant to be seen.
MOVING = ("gif", "webp", "png", "avif")
EDGE = 2016  # pixels
MOST_FRAMES = 1_000
MOST_PIXELS = 100_000_000  # of all frames together: six seconds of one core of 2025, half a gigabyte, and some 10 MB of WebP
LARGEST = 12 * 1024**2  # bytes; a room on a phone has to load it
LEAST_CHANGE = 8  # of 255; the encoder takes what differs less for the same picture
# Browsers show what is as short as this for a tenth of a second, because old files mean "as you like" by it.
SHORTEST, USUAL = 10, 100  # milliseconds
MOST_LOOPS = 65_535


def is_animated(file: BinaryIO, format: str) -> bool:
    """Whether a picture moves, and is not too long for Salon to show it so."""
    if format not in MOVING:
        return False
    with opened(file, format) as image:
        most = min(MOST_FRAMES, MOST_PIXELS // (image.width * image.height))
        return 1 < length(image) <= most and changes(image)


def changes(image: Image.Image) -> bool:
    first = None
    for frame in frames(image):
        shown = fitted(plain(frame), EDGE).convert("RGBA").convert("RGBa")  # what is clear has no colour
        first = first or shown
        if differ(first, shown):
            return True
    return False


def length(image: Image.Image) -> int:
    """How many frames there are, or are said to be. They are counted without being decoded."""
    try:
        return int(getattr(image, "n_frames", 1))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # hostile bytes; the first frame may be fine
        return 1


def frames(image: Image.Image) -> Iterator[Image.Image]:
    """The same image again and again, each time at its next frame. A frame that is damaged, or of another size, is the end."""
    number = 1 if image.info.get("default_image") else 0  # an APNG may have a picture of its own for those who cannot show it
    size = image.size
    while loaded(image, number) and image.size == size:
        yield image
        number += 1


def loaded(image: Image.Image, number: int) -> bool:
    try:
        image.seek(number)
        image.load()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # the end, or what is left of a file that was cut
        return False
    return True


def differ(one: Image.Image, other: Image.Image) -> bool:
    extrema = ImageChops.difference(one, other).getextrema()
    return any(cast("tuple[int, int]", band)[1] > LEAST_CHANGE for band in extrema)


def animation(file: BinaryIO, format: str) -> bytes:
    """A picture as animated WebP. It is made smaller until it has no more than LARGEST bytes."""
    with opened(file, format) as image:
        image.load()
        loop, profile, orientation = loops(image), image.info.get("icc_profile"), exif.orientation(image)
        made = [(prepared(frame, EDGE, profile, orientation), duration(frame)) for frame in frames(image)]
    shown, durations = [frame for frame, _ in made], [time for _, time in made]
    while len(content := assembled(shown, durations, loop)) > LARGEST:
        edge = max(shown[0].size) // 2
        shown = [fitted(frame, edge) for frame in shown]
    return content


def assembled(frames: list[Image.Image], durations: list[int], loop: int) -> bytes:
    options = {"save_all": True, "append_images": frames[1:], "duration": durations, "loop": loop}
    return webp.encoded(frames[0], quality=webp.ANIMATION_QUALITY, **options)


def duration(frame: Image.Image) -> int:
    shown = round(exif.number(frame.info.get("duration"), most=60_000) or 0)
    return shown if shown > SHORTEST else USUAL


def loops(image: Image.Image) -> int:
    """How often it is shown; 0 is for ever. A GIF says how often it is *repeated*, and nothing if it is shown once."""
    times = image.info.get("loop")
    if image.format == "GIF":
        times = 1 if times is None else times + 1 if times else 0
    return min(times or 0, MOST_LOOPS)

"""From a decoder's pixels to upright sRGB of the size that is needed, decoding no more than that takes."""

from io import BytesIO

from PIL import Image, ImageChops, ImageCms

from rooms.ingest import exif
from rooms.ingest.scaling import scaled

JPEG = ("JPEG", "MPO")  # the second is a JPEG with another one behind it
Turn = Image.Transpose
TURNS = {
    2: Turn.FLIP_LEFT_RIGHT,
    3: Turn.ROTATE_180,
    4: Turn.FLIP_TOP_BOTTOM,
    5: Turn.TRANSPOSE,
    6: Turn.ROTATE_270,
    7: Turn.TRANSVERSE,
    8: Turn.ROTATE_90,
}  # what each EXIF orientation asks for
SIDEWAYS = (5, 6, 7, 8)  # the ones that swap width and height
NEAR = 0.05  # a share of the edge. A picture this near to its size is left at that: see docs/decisions/0010
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def upright_size(image: Image.Image, size: tuple[int, int]) -> tuple[int, int]:
    """Of a loaded image that had this size before. Pillow itself turns a TIFF, and has said so by then."""
    is_sideways = image.format != "TIFF" and exif.orientation(image) in SIDEWAYS
    return (size[1], size[0]) if is_sideways else size


def fit(size: tuple[int, int], edge: int) -> tuple[int, int]:
    """The size with its long edge at `edge` pixels or less; never larger than it was."""
    scale = min(1, edge / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def is_near(length: float, edge: int) -> bool:
    return abs(length - edge) <= edge * NEAR


def fitted(image: Image.Image, edge: int) -> Image.Image:
    size = fit(image.size, edge)
    if size == image.size or is_near(max(image.size), edge):
        return image
    return scaled(image, size)


def load_near(image: Image.Image, edge: int) -> Image.Image:
    """Decode an opened image to upright sRGB, near `edge` pixels on its long side (or its own size, if smaller).

    JPEG's decoder produces smaller pictures by itself. It is asked for the photo's own aspect: a square box would be too tall for a
    landscape photo, and the decoder would refuse to help. HEIC's is not asked, because its short cut is another picture that lies in
    the file, and nobody has looked whether the real one is whole.
    """
    if image.format in JPEG:
        image.draft("RGB", fit(image.size, round(edge * (1 - NEAR))))
    image.load()
    return prepared(image, edge, image.info.get("icc_profile"), exif.orientation(image))


def prepared(image: Image.Image, edge: int, profile: bytes | None, orientation: int) -> Image.Image:
    """Loaded pixels as people see them. The profile and the orientation are the original's; a converted copy has lost them."""
    return turned(to_srgb(fitted(halved(plain(image), edge), edge), profile), orientation)


def halved(image: Image.Image, edge: int) -> Image.Image:
    """What JPEG's decoder does for large pictures by itself: exactly half takes a tenth of the time of any other size."""
    is_half = edge >= 1000 and is_near(max(image.size) / 2, edge)
    return image.reduce(2) if is_half else image


def plain(image: Image.Image) -> Image.Image:
    """RGB, RGBA or CMYK from whatever mode the file has."""
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits a sample; a plain convert would clip to white
        return image.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    if image.mode == "CMYK" and image.format in JPEG and "adobe" not in image.info:
        return ImageChops.invert(image)  # only Adobe writes inks the other way round; Pillow takes every JPEG for one of theirs
    if image.mode in ("RGB", "RGBA", "CMYK"):
        return image
    has_alpha = image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if has_alpha else "RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    if image.mode == target and not profile:
        return image
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, SRGB, outputMode=target)
            return converted or image.convert(target)
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a damaged profile, or one for another kind of pixels: show the picture without it
    return image.convert(target)


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """A copy, upright. Nothing of the file's metadata goes any further."""
    upright = image.transpose(TURNS[orientation]) if orientation in TURNS else image.copy()
    upright.info.clear()
    return upright

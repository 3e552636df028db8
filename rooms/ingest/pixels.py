"""From a decoder's pixels to upright sRGB of the size that is needed, decoding no more than that takes."""

from io import BytesIO
from typing import BinaryIO

from PIL import Image, ImageChops, ImageCms, ImageFile

from rooms.ingest import exif, jpeg
from rooms.ingest.scaling import scaled
from rooms.ingest.sizes import NEAR, fit, is_near

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
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def upright_size(image: Image.Image, size: tuple[int, int]) -> tuple[int, int]:
    """Of a loaded image that had this size before. Pillow itself turns a TIFF, and has said so by then."""
    is_sideways = image.format != "TIFF" and exif.orientation(image) in SIDEWAYS
    return (size[1], size[0]) if is_sideways else size


def fitted(image: Image.Image, edge: int) -> Image.Image:
    size = fit(image.size, edge)
    if size == image.size or is_near(max(image.size), edge):
        return image
    return scaled(image, size)


def load_near(image: Image.Image, file: BinaryIO, edge: int) -> Image.Image:
    """Decode the image that was opened from the file to upright sRGB, near `edge` pixels on its long side (or its own size, if smaller)."""
    decoded = jpeg.streamed(image, file, edge) or loaded(image, edge)
    return prepared(decoded, edge, image.info.get("icc_profile"), exif.orientation(image))


def loaded(image: Image.Image, edge: int) -> Image.Image:
    """Decoded by Pillow, no larger than it has to be.

    JPEG's decoder produces smaller pictures by itself. It is asked for the photo's own aspect: a square box would be too tall for a
    landscape photo, and the decoder would refuse to help. HEIC's is not asked, because its short cut is another picture that lies in
    the file, and nobody has looked whether the real one is whole.
    """
    if image.format in jpeg.FORMATS:
        image.draft("RGB", fit(image.size, round(edge * (1 - NEAR))))
    image.load()
    return image


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
    if image.mode == "CMYK" and image.format in jpeg.FORMATS and "adobe" not in image.info:
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
    """Upright. Nothing of the file's metadata goes any further."""
    if orientation in TURNS:
        image = image.transpose(TURNS[orientation])
    elif isinstance(image, ImageFile.ImageFile):  # its metadata is still asked for
        image = image.copy()
    image.info.clear()
    return image

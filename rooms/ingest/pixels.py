"""From a decoder's pixels to upright sRGB of the size that is needed, decoding no more than that takes."""

from io import BytesIO

from PIL import ExifTags, Image, ImageCms, ImageOps

SIDEWAYS = (5, 6, 7, 8)  # EXIF orientations that swap width and height
REDUCING_GAP = 2.0  # shrink by whole numbers to twice the size first: far fewer operations, no visible difference
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def upright_size(image: Image.Image) -> tuple[int, int]:
    sideways = image.getexif().get(ExifTags.Base.Orientation) in SIDEWAYS
    return (image.height, image.width) if sideways else image.size


def fit(size: tuple[int, int], edge: int) -> tuple[int, int]:
    """The size with its long edge at `edge` pixels or less; never larger than it was."""
    scale = min(1, edge / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def fitted(image: Image.Image, edge: int) -> Image.Image:
    size = fit(image.size, edge)
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=REDUCING_GAP)


def load_near(image: Image.Image, edge: int) -> Image.Image:
    """Decode an opened image to upright sRGB, at most `edge` pixels on its long side (or its own size, if smaller).

    `draft` makes the JPEG decoder itself produce a smaller picture. It is asked for the photo's own aspect: a square box
    would be too tall for a landscape photo, and the decoder would refuse to help.
    """
    image.draft("RGB", fit(image.size, edge))
    image.load()
    small = fitted(plain(image), edge)
    # The profile and the orientation are the original's; a converted copy has lost them.
    small = to_srgb(small, image.info.get("icc_profile"))
    return turned(small, image.getexif().get(ExifTags.Base.Orientation, 1))


def plain(image: Image.Image) -> Image.Image:
    """RGB, RGBA or CMYK from whatever mode the file has."""
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits a sample; a plain convert would clip to white
        return image.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    if image.mode in ("RGB", "RGBA", "CMYK"):
        return image
    has_alpha = image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if has_alpha else "RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, SRGB, outputMode=target)
            return converted or image.convert(target)
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a damaged profile, or one for another kind of pixels: show the picture without it
    return image.convert(target)


def turned(image: Image.Image, orientation: int) -> Image.Image:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    image.info["exif"] = exif.tobytes()
    upright = ImageOps.exif_transpose(image)
    upright.info.clear()  # nothing of the file's metadata goes any further
    return upright

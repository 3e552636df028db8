"""The picture formats Salon reads. What is not in this table is never handed to a decoder."""

from dataclasses import dataclass

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()


@dataclass(frozen=True)
class Format:
    name: str
    decoder: str
    content_type: str
    extensions: tuple[str, ...]


FORMATS = (
    Format("jpeg", "JPEG", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif")),
    Format("png", "PNG", "image/png", ("png", "apng")),
    Format("webp", "WEBP", "image/webp", ("webp",)),
    Format("gif", "GIF", "image/gif", ("gif",)),
    Format("avif", "AVIF", "image/avif", ("avif",)),
    Format("heic", "HEIF", "image/heic", ("heic", "heif", "hif")),
)
BY_NAME = {format.name: format for format in FORMATS}
BY_EXTENSION = {extension: format for format in FORMATS for extension in format.extensions}
BY_CONTENT_TYPE = {format.content_type: format for format in FORMATS} | {"image/heif": BY_NAME["heic"], "image/jpg": BY_NAME["jpeg"]}
READABLE = "JPEG, PNG, WebP, GIF, AVIF or HEIC"

HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
MAGIC_LENGTH = 32


def sniff(head: bytes) -> Format | None:
    """The format the first MAGIC_LENGTH bytes belong to, whatever the name says."""
    if head.startswith(b"\xff\xd8\xff"):
        return BY_NAME["jpeg"]
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return BY_NAME["png"]
    if head.startswith((b"GIF87a", b"GIF89a")):
        return BY_NAME["gif"]
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return BY_NAME["webp"]
    if head[4:8] == b"ftyp":
        return sniff_brand(head)
    return None


def sniff_brand(head: bytes) -> Format | None:
    brands = {head[8:12], *(head[start : start + 4] for start in range(16, len(head), 4))}
    if brands & {b"avif", b"avis"}:
        return BY_NAME["avif"]
    return BY_NAME["heic"] if brands & set(HEIF_BRANDS) else None


Image.init()

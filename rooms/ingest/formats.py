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
    Format("tiff", "TIFF", "image/tiff", ("tif", "tiff")),
)
BY_NAME = {format.name: format for format in FORMATS}
BY_EXTENSION = {extension: format for format in FORMATS for extension in format.extensions}
BY_CONTENT_TYPE = {format.content_type: format for format in FORMATS} | {"image/heif": BY_NAME["heic"], "image/jpg": BY_NAME["jpeg"]}
READABLE = "JPEG, PNG, WebP, GIF, AVIF, HEIC or TIFF"

SIGNATURES = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
)
AVIF_BRANDS = {b"avif", b"avis"}
HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
MATROSKA = b"\x1a\x45\xdf\xa3"
PROGRAM_STREAM = b"\0\0\x01\xba"
QUICKTIME_ATOMS = {b"moov", b"mdat", b"wide", b"skip", b"pnot"}  # the first of a film older than `ftyp`
MAGIC_LENGTH = 32


def sniff(head: bytes) -> Format | None:
    """The format the first MAGIC_LENGTH bytes belong to, whatever the name says."""
    for signature, name in SIGNATURES:
        if head.startswith(signature):
            return BY_NAME[name]
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return BY_NAME["webp"]
    if brands(head) & AVIF_BRANDS:
        return BY_NAME["avif"]
    return BY_NAME["heic"] if brands(head) & HEIF_BRANDS else None


def is_video(head: bytes) -> bool:
    """Whether what is no picture is a film, as far as the first MAGIC_LENGTH bytes tell."""
    if head.startswith((MATROSKA, PROGRAM_STREAM)) or (head[:4] == b"RIFF" and head[8:12] == b"AVI "):
        return True
    return bool(brands(head)) or head[4:8] in QUICKTIME_ATOMS


def brands(head: bytes) -> set[bytes]:
    """What an ISO media file says it is compatible with; empty if it is none."""
    if head[4:8] != b"ftyp":
        return set()
    return {head[8:12], *(head[start : start + 4] for start in range(16, len(head), 4))}


Image.init()

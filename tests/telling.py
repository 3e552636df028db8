"""Photographs that tell all a file can tell, in every format: written by exiftool, and by hand where it does not write."""

import json
import struct
import subprocess
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pillow_heif
from PIL import ExifTags, Image, ImageCms

from tests import phone, pictures
from tests.pictures import FOLDER, SIDEWAYS, saved
from tests.services import program

SECRET = "secret@home"  # the name of no camera has an @
WORDS = SECRET.encode()
SERIAL = 987654321
VIDEO = struct.pack(">I", 8 + 4 * len(WORDS)) + b"mpvd" + WORDS * 4  # what phones hang on to a still

FACTS = {
    "Make": "Canon",
    "Model": "EOS R6",
    "LensMake": "Canon",
    "LensModel": "RF 24-105mm F4 L",
    "DateTimeOriginal": "2026:07:01 18:30:05",
    "CreateDate": "2026:07:01 18:30:06",
    "ModifyDate": "2026:07:02 09:00:00",
    "OffsetTimeOriginal": "+02:00",
    "SubSecTimeOriginal": 123,
    "ExposureTime": 0.008,
    "FNumber": 5.6,
    "ISO": 400,
    "FocalLength": 50,
    "FocalLengthIn35mmFormat": 51,
    "Flash": 16,
    "WhiteBalance": 1,
    "MeteringMode": 5,
    "ExposureProgram": 3,
    "ExposureCompensation": -0.5,
    "ColorSpace": 1,
    "ExifImageWidth": 600,
    "ExifImageHeight": 400,
    "XResolution": 300,
    "YResolution": 300,
    "ResolutionUnit": 2,
    "Orientation": SIDEWAYS,
}
OWNED = (
    "SerialNumber LensSerialNumber OwnerName Artist Copyright Software UserComment ImageDescription HostComputer XPComment ImageUniqueID"
)
SECRETS = {
    "EXIF:GPSLatitude": "47.3769",
    "EXIF:GPSLatitudeRef": "N",
    "EXIF:GPSLongitude": "8.5417",
    "EXIF:GPSLongitudeRef": "E",
    "EXIF:GPSProcessingMethod": SECRET,
    **{f"EXIF:{tag}": SECRET for tag in OWNED.split()},
    "XMP:Creator": SECRET,
    "XMP:GPSLatitude": "47.3769",
    "XMP:GPSLongitude": "8.5417",
    "XMP-aux:SerialNumber": SECRET,
    "IPTC:City": SECRET,
    "Photoshop:URL": SECRET,
    "Comment": SECRET,
    "PNG:Author": SECRET,
    "PNG:ModifyDate": "2026:07:01 18:30:05",
}


def photo(width: int = 600) -> Image.Image:
    with Image.open(FOLDER / "coffee.png") as opened:
        return opened.convert("RGB").resize((width, width * 2 // 3))


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def screen_profile(more: bytes = b"") -> bytes:
    """The profile of somebody's own screen, as screenshots have it: with its serial number, and perhaps more behind its tags."""
    plain = profile()
    count = int.from_bytes(plain[128:132])
    end = 132 + 12 * count
    number = b"mmod" + bytes(4) + WORDS.ljust(32, b"\0")
    rows = [(name, start + 12, length) for name, start, length in struct.iter_unpack(">4sII", plain[132:end])]
    rows.append((b"mmod", len(plain) + 12, len(number)))
    table = struct.pack(">I", len(rows)) + b"".join(struct.pack(">4sII", *row) for row in rows)
    whole = plain[4:128] + table + plain[end:] + number + more
    return (len(whole) + 4).to_bytes(4) + whole


def exif() -> bytes:
    """With what exiftool does not make but keeps: a camera's own notes, here Canon's, which name its serial number."""
    block = Image.Exif()
    block.endian = "<"
    block[ExifTags.Base.Make] = "Canon"
    notes = struct.pack("<HHHII", 1, 0x0C, 4, 1, SERIAL) + bytes(4) + WORDS
    block.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.MakerNote] = notes
    return block.tobytes()


def moving(format: str, **options: Any) -> bytes:
    frames = [photo(150).rotate(angle) for angle in (0, 90, 180)]
    return pictures.moving(format, frames, duration=[100, 250, 400], loop=3, **options)


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body


def jpeg() -> bytes:
    """Progressive, with a thumbnail in its very first segment, segments of all kinds, and two of them between its scans."""
    plain = saved(photo(), "JPEG", progressive=True, icc_profile=profile(), exif=exif())
    scan = plain.rindex(b"\xff\xda")
    others = segment(0xE0, b"JFXX\0\x13\4\3" + WORDS.ljust(36, b"\0"))
    others += b"".join(segment(marker, b"ABCD\0" + WORDS) for marker in range(0xE1, 0xF0))
    head = plain.index(b"\xff\xe1")
    first = segment(0xE0, plain[6:18] + b"\4\3" + WORDS.ljust(36, b"\0"))
    return plain[:2] + first + others + plain[head:scan] + segment(0xFE, WORDS) + segment(0xE1, WORDS) + plain[scan:]


def chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)


def png(plain: bytes) -> bytes:
    return plain[:33] + chunk(b"teSt", WORDS) + plain[33:]


def avif() -> bytes:
    """With words where the name of the program is that coded its pictures."""
    plain = moving("AVIF", icc_profile=profile(), exif=exif())
    name = plain.index(b"av01", plain.index(b"stsd")) + 4 + 42
    return plain[:name] + bytes((len(WORDS),)) + WORDS.ljust(31, b"\0") + plain[name + 32 :]


def gif() -> bytes:
    plain = moving("GIF", comment=WORDS)
    return plain[:-1] + b"\x21\xff\x0bSECRETS 1.0" + bytes((len(WORDS),)) + WORDS + b"\0" + plain[-1:]


def heic() -> bytes:
    """Two pictures with their thumbnails."""
    file = pillow_heif.from_pillow(photo())
    file.add_from_pillow(photo(300))
    buffer = BytesIO()
    file.save(buffer, exif=exif(), icc_profile=profile(), quality=60, thumbnails=[128])
    return buffer.getvalue()


MAKERS: dict[str, Callable[[], bytes]] = {
    "still.jpeg": jpeg,
    "pair.jpeg": lambda: saved(photo(), "MPO", save_all=True, append_images=[photo(300)], exif=exif()),
    "print.jpeg": lambda: saved(photo().convert("CMYK"), "JPEG", exif=exif()),
    "still.png": lambda: png(saved(photo(), "PNG", icc_profile=profile(), exif=exif(), dpi=(300, 300))),
    "screen.png": lambda: png(saved(photo(), "PNG", icc_profile=screen_profile())),
    "moving.png": lambda: png(moving("PNG", icc_profile=profile(), exif=exif())),
    "still.webp": lambda: saved(photo(), "WEBP", icc_profile=profile(), exif=exif()),
    "lossless.webp": lambda: saved(photo(), "WEBP", lossless=True, exif=exif()),
    "moving.webp": lambda: moving("WEBP", icc_profile=profile(), exif=exif()),
    "moving.gif": gif,
    "still.avif": lambda: saved(photo(), "AVIF", icc_profile=profile(), exif=exif()),
    "moving.avif": avif,
    "phone.avif": lambda: phone.still(photo(384), exif(), WORDS, screen_profile(more=WORDS)),
    "two.heic": heic,
    "still.tiff": lambda: saved(photo(), "TIFF", icc_profile=profile(), exif=exif()),
    "packed.tiff": lambda: saved(photo(), "TIFF", compression="tiff_lzw", icc_profile=profile()),
    "pages.tiff": lambda: saved(photo(300), "TIFF", save_all=True, append_images=[photo(240)], compression="tiff_adobe_deflate"),
}


@cache
def telling() -> dict[str, bytes]:
    """By name; what comes after the dot is the format."""
    with TemporaryDirectory() as folder:
        for name, make in MAKERS.items():
            (Path(folder) / name).write_bytes(make())
        small = Path(folder) / "small"
        small.write_bytes(saved(photo(120), "JPEG"))
        tags = [f"-EXIF:{tag}#={value}" for tag, value in FACTS.items()] + [f"-{tag}={value}" for tag, value in SECRETS.items()]
        names = [name for name in MAKERS if name != "phone.avif"]
        command = [program("exiftool"), "-q", "-m", "-overwrite_original", *tags, f"-ThumbnailImage<={small}", *names]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return {name: (Path(folder) / name).read_bytes() + VIDEO for name in MAKERS}


def orientation(content: bytes) -> int:
    """How the picture is turned, as Salon sees it."""
    with Image.open(BytesIO(content)) as image:
        image.load()
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))


def said(files: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    """What exiftool finds in each: {"ExifIFD:Make": …}, numbers as numbers. What it finds twice in one place has "Copy1" between."""
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        command = [program("exiftool"), "-json", "-n", "-a", "-G1:4", "-ee", "-u", "-e", "-x", "System:all", *files]
        answer = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        found = {row.pop("SourceFile"): row for row in json.loads(answer.stdout)}
        return {name: found[name] for name in files}

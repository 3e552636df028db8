"""Files made to hurt: two things at once, far more than they look, or not what they say."""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

from PIL import Image

from tests.pictures import film, moving, picture, png, quarters, saved

SCRIPT = b"<script>alert(document.domain)</script>"
HTML = b"<!doctype html><html><body>" + SCRIPT + b"</body></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def jpeg_with(marker: int, body: bytes) -> bytes:
    """A JPEG with this segment right after its start."""
    content = picture(size=(96, 64))
    return content[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body + content[2:]


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(kind: bytes, body: bytes) -> bytes:
    """A PNG with this chunk right after its header."""
    content = picture("PNG", size=(96, 64))
    return content[:33] + chunk(kind, body) + content[33:]


def gif_and_script() -> bytes:
    """The width reads as the start of a comment, and the script comes after its end. The first ones were found in the wild in 2015."""
    content = bytearray(saved(quarters().quantize(4), "GIF", comment=b"two things at once"))  # GIF89a has comments
    content[6:10] = b"/*\x40\x00"
    return bytes(content) + b"*/=1;alert(document.domain)//"


def archive() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("META-INF/MANIFEST.MF", "Main-Class: Evil")
        file.writestr("index.html", HTML)
    return buffer.getvalue()


POLYGLOTS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a gif and a script": ("a.gif", gif_and_script),
    "a gif with a page in its comment": ("a.gif", lambda: saved(quarters().quantize(4), "GIF", comment=HTML)),
    "a png and an archive": ("a.png", lambda: picture("PNG", size=(96, 64)) + archive()),
    "a png with a page in its first chunk": ("a.png", lambda: png_with(b"tEXt", b"Comment\0" + HTML)),
    "a jpeg with a page in its comment": ("a.jpg", lambda: jpeg_with(0xFE, HTML)),
    "a jpeg with a drawing behind it": ("a.jpg", lambda: picture(size=(96, 64)) + SVG),
    "a jpeg and a pdf": ("a.jpg", lambda: jpeg_with(0xFE, PDF) + PDF),
    "a webp with a page in a chunk of its own": ("a.webp", lambda: riff_with(b"EVIL", HTML)),
    "a tiff with a page as its description": ("a.tif", lambda: saved(quarters(), "TIFF", description=HTML.decode())),
    "an avif with a page behind it": ("a.avif", lambda: picture("AVIF", size=(96, 64)) + HTML),
    "a heic with a page behind it": ("a.heic", lambda: picture("HEIF", size=(96, 64)) + HTML),
}


def riff_with(kind: bytes, body: bytes) -> bytes:
    content = picture("WEBP", size=(96, 64)) + kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
    return content[:4] + struct.pack("<I", len(content) - 8) + content[8:]


def jpeg_of(width: int, height: int) -> bytes:
    content = bytearray(picture(size=(96, 64)))
    start = content.index(b"\xff\xc0")
    content[start + 5 : start + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def tiff_of(width: int, height: int) -> bytes:
    """Uncompressed, and all of its rows are the same few bytes."""
    content = saved(quarters(), "TIFF")
    for tag, old, new in ((256, 96, width), (257, 64, height)):
        content = content.replace(struct.pack("<HHII", tag, 4, 1, old), struct.pack("<HHII", tag, 4, 1, new))
        content = content.replace(struct.pack("<HHIHH", tag, 3, 1, old, 0), struct.pack("<HHII", tag, 4, 1, new))
    return content


def avif_of(width: int, height: int) -> bytes:
    return re.sub(rb"ispe\0{4}.{8}", b"ispe\0\0\0\0" + struct.pack(">II", width, height), picture("AVIF", size=(96, 64)), flags=re.DOTALL)


def webp_of(width: int, height: int) -> bytes:
    """An extended header that promises a canvas, and a small picture on it."""
    canvas = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<I4s", 10, b"") + canvas + picture("WEBP", size=(96, 64))[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif_of_large_frames() -> bytes:
    """Few kilobytes; each frame takes 89 megapixels."""
    colours = [Image.new("P", (10_000, 8_900), number) for number in range(4)]
    return saved(colours[0], "GIF", save_all=True, append_images=colours[1:], duration=50)


def apng_of_endless_frames() -> bytes:
    content = moving("PNG", film(3))
    start = content.index(b"acTL") - 4
    return content[:start] + chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)) + content[start + 20 :]


def tiff_in_a_circle() -> bytes:
    """Its last page says that the first one follows."""
    content = saved(quarters(), "TIFF")
    first = struct.unpack("<I", content[4:8])[0]
    end = first + 2 + 12 * struct.unpack("<H", content[first : first + 2])[0]
    return content[:end] + content[4:8] + content[end + 4 :]


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a png of 400 megapixels, all there": ("a.png", lambda: png((20_000, 20_000), bytes(20_000 * 2_501), depth=1, colours=0)),
    "a png with a text that unfolds to 100 megabytes": (
        "a.png",
        lambda: png_with(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000))),
    ),
    "a png with a profile that unfolds to 100 megabytes": (
        "a.png",
        lambda: png_with(b"iCCP", b"icc\0\0" + zlib.compress(bytes(100_000_000))),
    ),
    "a jpeg of four gigapixels": ("a.jpg", lambda: jpeg_of(65_500, 65_500)),
    "a webp of 256 terapixels": ("a.webp", lambda: webp_of(2**24, 2**24)),
    "a lossless webp of 100 megapixels and more": ("a.webp", lambda: webp_of(16_384, 16_384)),
    "a tiff of three gigapixels": ("a.tif", lambda: tiff_of(60_000, 60_000)),
    "a tiff that is smaller than it says": ("a.tif", lambda: tiff_of(9_000, 9_000)),
    "a tiff in a circle": ("a.tif", tiff_in_a_circle),
    "a gif of large frames": ("a.gif", gif_of_large_frames),
    "an avif of three gigapixels": ("a.avif", lambda: avif_of(60_000, 60_000)),
    "an avif that is smaller than it says": ("a.avif", lambda: avif_of(9_000, 9_000)),
    "an apng of endless frames": ("a.png", apng_of_endless_frames),
}

DISGUISES: dict[str, tuple[str, bytes]] = {
    "a page called a jpeg": ("a.jpg", HTML),
    "a page with the name of a gif and a line of its magic": ("a.gif", b"GIF" + HTML),
    "a page after a byte order mark": ("a.png", b"\xef\xbb\xbf" + HTML),
    "a drawing called a webp": ("a.webp", SVG),
    "a drawing after a thousand spaces": ("a.heic", b" " * 1000 + SVG),
    "a pdf called an avif": ("a.avif", PDF),
    "an archive called a tiff": ("a.tiff", archive()),
    "an icon": ("a.ico", saved(quarters((32, 32)), "ICO")),
    "a bitmap": ("a.bmp", saved(quarters(), "BMP")),
    "a program": ("a.jpg", b"\x7fELF\x02\x01\x01" + bytes(200)),
    "magic and then a page": ("a.jpg", b"\xff\xd8\xff\xe0" + HTML),
    "png magic and then a page": ("a.png", b"\x89PNG\r\n\x1a\n" + HTML),
    "tiff magic and then a page": ("a.tif", b"II*\0" + HTML),
    "webp magic and then a page": ("a.webp", b"RIFF\xff\0\0\0WEBPVP8 " + HTML),
    "heic magic and then a page": ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + HTML),
}

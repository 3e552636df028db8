"""Files that are not what they say, or not what anybody wants. Each is refused by itself and leaves nothing behind."""

import struct
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from PIL import ExifTags, Image

from rooms.ingest.inspect import SECONDS, inspect
from rooms.ingest.sandbox import PATIENCE
from rooms.models import Photo
from tests.people import Cast, problem
from tests.pictures import photograph, picture
from tests.services import wait_until

FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF", "avif": "AVIF", "heic": "HEIF", "tiff": "TIFF"}


def leftovers(cast: Cast) -> set[Path]:
    """Files of the cast's room, and those of requests that are not over."""
    found = {path for path in settings.ENV.data_dir.rglob("*") if path.is_file()}
    return {path for path in found if path.parent.name == "incoming" or str(cast.room.id) in path.parts}


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises pixels it does not have."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def gif_of_lies() -> bytes:
    return (
        b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b"\x2c" + struct.pack("<HHHHB", 0, 0, 65535, 65535, 0) + b"\x02\x00\x3b"
    )


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"

CASES = {
    "empty": ("a.jpg", b"", 422, "empty"),
    "text called a photo": ("a.jpg", b"This is a poem.", 415, "unsupported"),
    "html called a photo": ("a.png", HTML, 415, "unsupported"),
    "svg": ("a.svg", SVG, 415, "unsupported"),
    "svg called a png": ("a.png", SVG, 415, "unsupported"),
    "pdf": ("a.pdf", b"%PDF-1.7\n", 415, "unsupported"),
    "postscript, which pillow would hand to a program": ("a.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", 415, "unsupported"),
    "png called a jpeg": ("a.jpg", picture("PNG", size=(50, 40)), 415, "mislabelled"),
    "jpeg called a heic": ("a.heic", picture(size=(50, 40)), 415, "mislabelled"),
    "magic and nothing more": ("a.jpg", b"\xff\xd8\xff\xe0", 422, "broken"),
    "jpeg cut in half": ("a.jpg", photograph("rocket.jpg")[:50_000], 422, "broken"),
    "png cut in half": ("a.png", photograph("chelsea.png")[:100_000], 422, "broken"),
    "webp cut in half": ("a.webp", picture("WEBP")[:20_000], 422, "broken"),
    "avif cut in half": ("a.avif", picture("AVIF")[:2_000], 422, "broken"),
    "heic cut in half": ("a.heic", picture("HEIF")[:2_000], 422, "broken"),
    "tiff cut in half": ("a.tif", picture("TIFF")[:200_000], 422, "broken"),
    "gif cut in its first picture": ("a.gif", picture("GIF")[:20_000], 422, "broken"),
    "png bomb of 10 gigapixels": ("a.png", png_header(100_000, 100_000), 422, "too_many_pixels"),
    "png just over the limit": ("a.png", png_header(10_001, 10_000), 422, "too_many_pixels"),
    "png that promises what it does not hold": ("a.png", png_header(5_000, 5_000), 422, "broken"),
    "gif of 4 gigapixels": ("a.gif", gif_of_lies(), 422, "too_many_pixels"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_file_is_refused_with_its_reason_and_leaves_nothing_behind(cast: Cast, case: str) -> None:
    name, content, status, code = CASES[case]
    error = problem(cast.cleo.api.post(f"{cast.path}/photos", files={"file": (name, content)}), status)
    assert error["code"] == code
    assert error["field"] == "file"
    assert error["message"].endswith(".")
    wait_until("the received bytes are dropped", lambda: not leftovers(cast))
    assert not Photo.objects.filter(room=cast.room).exists()
    assert cast.vic.api.get(cast.path).json()["seq"] == cast.room.seq


def test_a_good_file_between_bad_ones_gets_through(cast: Cast) -> None:
    codes = [
        cast.cleo.api.post(f"{cast.path}/photos", files={"file": (f"{number}.jpg", content)}).status_code
        for number, content in enumerate((b"", picture(), b"\xff\xd8\xff\xe0"))
    ]
    assert codes == [422, 201, 422]


def test_a_file_over_the_byte_limit_is_refused(cast: Cast) -> None:
    content = photograph("rocket.jpg") + bytes(settings.MAX_UPLOAD_BYTES)
    error = problem(cast.cleo.api.post(f"{cast.path}/photos", files={"file": ("a.jpg", content)}), 413)
    assert error["code"] == "too_large"
    wait_until("the received bytes are dropped", lambda: not leftovers(cast))


def test_a_request_without_a_file_names_the_field(cast: Cast) -> None:
    assert problem(cast.cleo.api.post(f"{cast.path}/photos", data={"caption": "no file"}), 422)["field"] == "file"


@pytest.mark.parametrize(("extension", "format"), FORMATS.items())
def test_every_format_salon_promises_is_read(extension: str, format: str) -> None:
    found = inspect(BytesIO(picture(format)), f"photo.{extension}")
    assert (found.width, found.height) == (600, 400)
    assert len(found.thumbhash) >= 20


def many_scans(times: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: half a megabyte that takes minutes."""
    buffer = BytesIO()
    Image.new("L", (9_900, 9_900), 90).save(buffer, "JPEG", progressive=True, quality=30)
    content = buffer.getvalue()
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * times + content[-2:]


def test_a_picture_that_takes_minutes_is_refused_in_time_while_others_get_through(cast: Cast) -> None:
    content = many_scans(2_000)
    with ThreadPoolExecutor() as pool:
        start = time.monotonic()
        longest = SECONDS * PATIENCE + 5
        slow = pool.submit(cast.cleo.api.post, f"{cast.path}/photos", files={"file": ("a.jpg", content)}, timeout=longest)
        quick = cast.olive.api.post(f"{cast.path}/photos", files={"file": ("b.jpg", picture())})
        assert quick.status_code == 201
        assert not slow.done()
        error = problem(slow.result(), 422)
    assert error == {"code": "broken", "message": "This picture takes too much work to show.", "field": "file"}
    assert time.monotonic() - start < longest
    wait_until("the received bytes are dropped", lambda: len(leftovers(cast)) == 4)  # the quick one's
    assert Photo.objects.filter(room=cast.room).count() == 1


def app1(body: bytes) -> bytes:
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def after_start(content: bytes, *segments: bytes) -> bytes:
    return content[:2] + b"".join(segments) + content[2:]


def exif_block(*, gps: bool) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = "Test camera"
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSVersionID] = b"\2\3\0\0"
    if gps:
        place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (47.0, 22.0, 0.0)
    return exif.tobytes()


XMP = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf exif:GPSLatitude="47,22N"/></x:xmpmeta>'
EXTENSION = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">II", 99, 0)
GIF_XMP = b"\x21\xff\x0bXMP DataXMP" + XMP.encode() + b"\x01" + bytes(range(255, -1, -1)) + b"\0"


def gif(comment: bytes = b"") -> bytes:
    content = picture("GIF")
    return content[:-1] + comment + content[-1:]


LOCATED: dict[str, Callable[[], bytes]] = {
    "exif": lambda: picture(gps=True),
    "exif of a png": lambda: picture("PNG", gps=True),
    "exif of a heic": lambda: picture("HEIF", gps=True),
    "extended xmp of a jpeg": lambda: after_start(picture(), app1(EXTENSION + XMP.encode())),
    "extended xmp cut in the middle of the word": lambda: after_start(
        picture(), app1(EXTENSION + b'exif:GPSLat'), app1(EXTENSION + b'itude="47,22N"')
    ),
    "xmp in utf-16, little end first": lambda: after_start(picture(), app1(b"http://ns.adobe.com/xap/1.0/\0" + XMP.encode("utf-16-le"))),
    "xmp in utf-16, big end first": lambda: after_start(picture(), app1(b"http://ns.adobe.com/xap/1.0/\0" + XMP.encode("utf-16-be"))),
    "xmp of a gif": lambda: gif(GIF_XMP),
    "a second exif block": lambda: after_start(picture(), app1(exif_block(gps=False)), app1(exif_block(gps=True))),
    "an exif block that nobody can read": lambda: after_start(picture(), app1(b"Exif\0\0II*\0" + b"\xff" * 40)),
}  # fmt: skip
UNLOCATED: dict[str, Callable[[], bytes]] = {
    "jpeg": picture,
    "exif of a heic": lambda: picture("HEIF"),
    "exif of an avif": lambda: picture("AVIF"),
    "png": lambda: picture("PNG"),
    "webp": lambda: picture("WEBP"),
    "gif": gif,
    "a camera that does not know where it is": lambda: after_start(picture(), app1(exif_block(gps=False))),
}


@pytest.mark.parametrize("case", LOCATED)
def test_a_place_is_found_wherever_a_file_tells_it(case: str) -> None:
    assert inspect(BytesIO(LOCATED[case]()), "photo").located


@pytest.mark.parametrize("case", UNLOCATED)
def test_a_file_without_a_place_is_not_taken_for_one_with(case: str) -> None:
    assert not inspect(BytesIO(UNLOCATED[case]()), "photo").located

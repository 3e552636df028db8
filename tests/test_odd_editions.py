"""Files that are unusual or hostile get a right edition or none."""

import struct
import time
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from rooms.ingest.editions import AS_IS, WITHOUT_LOCATION, WITHOUT_METADATA, editions_of, joined
from tests import phone
from tests.pictures import SIDEWAYS, saved
from tests.telling import SECRET, WORDS, chunk, exif, jpeg, moving, orientation, photo, profile, segment

pytestmark = pytest.mark.once

SMALL = photo(96)
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="{SIDEWAYS}">{SECRET}'.encode()


def rewritten(content: bytes, format: str, policy: str = WITHOUT_LOCATION) -> bytes | None:
    found = editions_of(content, format)
    assert AS_IS in found
    return b"".join(joined(found[policy]["pieces"], content)) if policy in found else None


def after_start(content: bytes, new: bytes) -> bytes:
    """With something behind the first marker of a JPEG."""
    return content[:2] + new + content[2:]


def webp_with(inner: bytes) -> bytes:
    """An animation with something of its own in its first picture."""
    plain = moving("WEBP")
    start = plain.index(b"ANMF")
    length = int.from_bytes(plain[start + 4 : start + 8], "little")
    whole = plain[: start + 4] + (length + len(inner)).to_bytes(4, "little") + plain[start + 8 : start + 8 + length]
    whole += inner + plain[start + 8 + length :]
    return whole[:4] + (len(whole) - 8).to_bytes(4, "little") + whole[8:]


def gif_with(blocks: bytes) -> bytes:
    plain = saved(SMALL, "GIF")
    at = plain.index(b"\x2c", 13 + 768)
    return plain[:at] + blocks + plain[at:]


def gif_in_uneven_blocks() -> bytes:
    plain = saved(SMALL, "GIF")
    at = plain.index(b"\xff", 13 + 768 + 10) + 256  # the second full block; it becomes two
    assert plain[at] == 0xFF
    return plain[:at] + b"\x80" + plain[at + 1 : at + 129] + b"\x7f" + plain[at + 129 :]


def still() -> bytes:
    return phone.still(photo(384), exif(), WORDS, profile())


def still_with(item: int, other: int) -> bytes:
    """The one is said to be where the other is; 0 is where nothing is said to be."""
    content = still()
    rows = {number: content.index(struct.pack(">HHHH", number, 0, 0, 1)) + 8 for number in (item, other) if number}
    where = content[rows[other] : rows[other] + 8] if other else struct.pack(">II", len(content) - len(WORDS), len(WORDS))
    return content[: rows[item]] + where + content[rows[item] + 8 :]


def still_with_references() -> bytes:
    """Twenty million of them, in a box that other boxes still fit around."""
    row = phone.box(b"dimg", struct.pack(">HH", phone.PICTURE, 65_000), struct.pack(">H", phone.LEFT) * 65_000)
    head = phone.box(b"ftyp", b"avif\0\0\0\0avifmif1miaf")
    others = [phone.descriptions(WORDS), phone.properties(b"", profile(), WORDS), phone.locations({}, 0)]
    return head + phone.full(
        b"meta", phone.full(b"pitm", b"\0\3"), *others, phone.box(b"idat", bytes(8)), phone.full(b"iref", *[row] * 300)
    )


def sequence_with_wrong_lengths() -> bytes:
    """Its first picture ends five bytes too early, and the second begins there."""
    content = moving("AVIF")
    at = content.index(b"stsz") + 16
    first, second = struct.unpack_from(">II", content, at)
    return content[:at] + struct.pack(">II", first - 5, second + 5) + content[at + 8 :]


def tiff(entries: list[tuple[int, int, int, int]], rest: bytes = b"") -> bytes:
    """One directory: tag, type, count, value or place. Its strip of 100 bytes is at 1000."""
    table = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return (b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + table + bytes(4) + rest).ljust(1000, b"\0") + bytes(range(100))


GREY = [
    (256, 3, 1, 10),
    (257, 3, 1, 10),
    (258, 3, 1, 8),
    (259, 3, 1, 1),
    (262, 3, 1, 1),
    (273, 4, 1, 1000),
    (277, 3, 1, 1),
    (279, 4, 1, 100),
]


def grey_without(tag: int) -> list[tuple[int, int, int, int]]:
    return [entry for entry in GREY if entry[0] != tag]


CASES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "jpeg without an end": ("jpeg", lambda: saved(SMALL, "JPEG")[:-2]),
    "jpeg within a jpeg": ("jpeg", lambda: after_start(saved(SMALL, "JPEG"), b"\xff\xd8")),
    "jpeg with a comment that calls itself a table": ("jpeg", lambda: after_start(saved(SMALL, "JPEG"), segment(0xDB, WORDS))),
    "jpeg with a comment that calls itself a frame": ("jpeg", lambda: after_start(saved(SMALL, "JPEG"), segment(0xC1, WORDS))),
    "jpeg with words between its segments": ("jpeg", lambda: after_start(saved(SMALL, "JPEG"), WORDS)),
    "jpeg with a scan that has swallowed XMP": ("jpeg", lambda: saved(SMALL, "JPEG")[:-2] + XMP + b"\xff\xd9"),
    "jpeg with half a colour profile": ("jpeg", lambda: after_start(saved(SMALL, "JPEG"), segment(0xE2, b"ICC_PROFILE\0\1\2" + profile()))),
    "jpeg with a profile that is none": ("jpeg", lambda: after_start(saved(SMALL, "JPEG"), segment(0xE2, b"ICC_PROFILE\0\1\1" + WORDS))),
    "png without an end": ("png", lambda: saved(SMALL, "PNG")[:-12]),
    "png with a wrong checksum": ("png", lambda: saved(SMALL, "PNG")[:-1] + b"\0"),
    "png with an unknown critical chunk": ("png", lambda: saved(SMALL, "PNG")[:33] + chunk(b"SeCR", WORDS) + saved(SMALL, "PNG")[33:]),
    "png with a profile that unpacks to gigabytes": (
        "png",
        lambda: saved(SMALL, "PNG")[:33] + chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(50_000_000))) + saved(SMALL, "PNG")[33:],
    ),
    "webp with words in an animation": ("webp", lambda: webp_with(b"note\x0c\0\0\0" + WORDS + b"\0")),
    "webp that is longer than its file": ("webp", lambda: saved(SMALL, "WEBP")[:-10]),
    "gif in uneven blocks": ("gif", gif_in_uneven_blocks),
    "gif with words between its blocks": ("gif", lambda: gif_with(WORDS)),
    "gif with a text that might or might not take the timing": (
        "gif",
        lambda: gif_with(b"\x21\xf9\4\0\1\0\0\0\x21\1\x0c" + bytes(12) + b"\0"),
    ),
    "avif with words for a tile": ("avif", lambda: still_with(phone.LEFT, phone.XMP)),
    "avif with words in a tile": ("avif", lambda: still_with(phone.XMP, phone.LEFT)),
    "avif with words for colours": ("avif", lambda: still().replace(b"colrprof", b"colrwords"[:8])),
    "avif with words for a size": ("avif", lambda: still().replace(b"ispe", b"amve", 1)),
    "avif with what nobody names for a tile": ("avif", lambda: still_with(phone.LEFT, 0)),
    "avif whose moving pictures end elsewhere": ("avif", sequence_with_wrong_lengths),
    "avif with a tile for its EXIF": ("avif", lambda: still_with(phone.EXIF, phone.LEFT)),
    "avif whose picture has a property nobody knows": ("avif", lambda: still().replace(b"irot", b"xrot")),
    "avif in fragments": ("avif", lambda: still() + phone.box(b"moof", bytes(8))),
    "avif cut in the middle": ("avif", lambda: still()[:-5_000]),
    "tiff of JPEGs": ("tiff", lambda: saved(SMALL, "TIFF", compression="jpeg")),
    "tiff of more than four gigabytes": ("tiff", lambda: saved(SMALL, "TIFF", big_tiff=True)),
    "tiff with a strip where its description is": ("tiff", lambda: tiff([*GREY, (270, 2, 100, 1000)])),
    "tiff with numbers where its description is": ("tiff", lambda: tiff([*GREY, (270, 2, 40, 400), (320, 3, 20, 400)])),
    "tiff that is a camera's raw file": ("tiff", lambda: tiff([*GREY, (50706, 1, 4, 1)])),
    "tiff that is only a small picture": ("tiff", lambda: tiff([*GREY, (254, 4, 1, 1)])),
    "tiff that does not say how long its strip is": ("tiff", lambda: tiff(grey_without(279))),
    "tiff that is turned two ways": ("tiff", lambda: tiff([*GREY, (274, 3, 1, 1), (274, 3, 1, 6)])),
    "tiff whose camera's name is outside": ("tiff", lambda: tiff([*GREY, (272, 2, 20, 4000)])),
    "tiff whose camera has its owner's name": ("tiff", lambda: tiff([*GREY, (272, 2, 20, 400), (315, 2, 20, 400)])),
    "something else": ("svg", lambda: b"<svg/>"),
}


@pytest.mark.parametrize("case", CASES)
def test_an_odd_file_has_no_edition_but_itself(case: str) -> None:
    format, make = CASES[case]
    assert set(editions_of(make(), format)) == {AS_IS}


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF", "TIFF"])
def test_the_same_files_without_what_is_odd_have_all(format: str) -> None:
    name = {"HEIF": "heic"}.get(format, format.lower())
    assert len(editions_of(saved(SMALL, format), name)) == 3
    assert len(editions_of(tiff(GREY), "tiff")) == len(editions_of(still(), "avif")) == 3


def turned_by_xmp(format: str) -> bytes:
    if format == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
        return saved(SMALL, "PNG", pnginfo=info)
    return saved(SMALL, format, xmp=XMP)


def turned_by_imagemagick() -> bytes:
    info = PngImagePlugin.PngInfo()
    block = Image.Exif()
    block[ExifTags.Base.Orientation] = SIDEWAYS
    info.add_text("Raw profile type exif", f"\nexif\n{len(block.tobytes()):8}\n{block.tobytes().hex()}\n", zip=True)
    return saved(SMALL, "PNG", pnginfo=info)


@pytest.mark.parametrize("policy", [WITHOUT_LOCATION, WITHOUT_METADATA])
@pytest.mark.parametrize("where", ["JPEG", "WEBP", "PNG", "ImageMagick"])
def test_a_picture_that_is_turned_in_another_way_stays_turned(where: str, policy: str) -> None:
    content = turned_by_imagemagick() if where == "ImageMagick" else turned_by_xmp(where)
    found = rewritten(content, "png" if where == "ImageMagick" else where.lower(), policy)
    assert found
    assert orientation(found) == orientation(content) == SIDEWAYS
    assert WORDS not in found
    assert b"xmp" not in found


def test_what_no_camera_says_of_itself_is_not_taken_for_a_fact() -> None:
    block = Image.Exif()
    block[ExifTags.Base.Make] = SECRET
    block[ExifTags.Base.Model] = "EOS\0" + SECRET
    block[ExifTags.Base.DateTime] = SECRET
    block.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.SubsecTimeOriginal] = SECRET
    content = saved(SMALL, "JPEG", exif=block)
    assert content.count(WORDS) == 4
    found = rewritten(content, "jpeg")
    assert found
    assert WORDS not in found
    assert Image.open(BytesIO(found)).getexif() == {ExifTags.Base.Model: "EOS"}


@pytest.mark.parametrize(
    ("format", "content"),
    [
        ("jpeg", lambda: after_start(saved(SMALL, "JPEG"), b"\xff\xfe\0\2" * 5_000_000)),
        ("png", lambda: saved(SMALL, "PNG")[:33] + chunk(b"teXt", b"") * 2_000_000 + saved(SMALL, "PNG")[33:]),
        ("gif", lambda: gif_with(b"\x21\xfe" + b"\1a" * 10_000_000 + b"\0")),
        ("gif", lambda: gif_with(b"\x21\xfe\0" * 8_000_000)),
        ("avif", lambda: still() + phone.box(b"free") * 3_000_000),
        ("avif", still_with_references),
        ("gif", lambda: b"GIF89a\1\0\1\0\0\0\0" + b"\x2c\0\0\0\0\1\0\1\0\0\2\1\x3b\0\x21\xfe\0" * 3_000),  # more pieces than a row may have
    ],
    ids=["segments", "chunks", "blocks", "comments", "boxes", "references", "pieces"],
)
def test_a_file_of_crumbs_is_given_up_soon(format: str, content: Callable[[], bytes]) -> None:
    made = content()
    start = time.process_time()
    assert set(editions_of(made, format)) == {AS_IS}
    assert time.process_time() - start < 6


def test_a_jpeg_that_was_cut_and_closed_again_tells_nothing() -> None:
    content = jpeg()
    halves = [content[:length] + b"\xff\xd9" for length in range(len(content) // 2, len(content), 999)]
    found = [edition for half in halves if (edition := rewritten(half, "jpeg")) is not None]
    assert found
    assert not any(WORDS in edition for edition in found)

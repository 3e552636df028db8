"""Originals without where they were taken, or without anything but the picture. Read by exiftool, which nobody here wrote."""

import mmap
import re
import struct
import zlib
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageCms

from rooms.ingest import sandbox
from rooms.ingest.child import Limits
from rooms.ingest.editions import AS_IS, WITHOUT_LOCATION, WITHOUT_METADATA, editions_of, joined
from rooms.ingest.formats import BY_NAME
from rooms.ingest.rewrite import READERS
from tests.pictures import SIDEWAYS, photograph, saved
from tests.telling import FACTS, MAKERS, SECRET, SERIAL, WORDS, photo, profile, said, telling

pytestmark = pytest.mark.once

POLICIES = (WITHOUT_LOCATION, WITHOUT_METADATA)
BOTH = pytest.mark.parametrize("policy", POLICIES)
EACH = pytest.mark.parametrize("name", MAKERS)
# exiftool writes no EXIF into these; what they have of it was put there by hand.
WITHOUT_FACTS = ("moving.gif", "moving.avif", "phone.avif")
IN_MEDIA = (".avif", ".heic")  # they are turned by a property of the picture

SHAPE = re.compile(
    r"ExifTool:ExifToolVersion|File:(FileType|FileTypeExtension|MIMEType|ExifByteOrder|Image(Width|Height)|EncodingProcess|BitsPerSample"
    r"|ColorComponents|YCbCrSubSampling)|JFIF:(JFIFVersion|[XY]Resolution|ResolutionUnit)|Adobe:(DCTEncodeVersion|APP14Flags[01]|ColorTransform)"
    r"|PNG:(ImageWidth|ImageHeight|BitDepth|ColorType|Compression|Filter|Interlace|ProfileName|AnimationFrames|AnimationPlays)|PNG-pHYs:\w+"
    r"|RIFF:(WebP_Flags|ImageWidth|ImageHeight|VP8Version|(Horizontal|Vertical)Scale|BackgroundColor|AnimationLoopCount|Duration|AlphaIsUsed)"
    r"|GIF:(GIFVersion|ImageWidth|ImageHeight|HasColorMap|ColorResolutionDepth|BitsPerPixel|BackgroundColor|AnimationIterations|FrameCount"
    r"|Duration)|Meta:(PrimaryItemReference|MetaImageSize)|QuickTime:(?!.*(Meta|XMP|Exif|UserData|MotionPhoto|Thumbnail|Preview(?!Time|Duration)))\w+"
    r"|Track\d:(?!.*(Meta|XMP|Exif|UserData|Thumbnail|Preview))\w+|ICC-header:\w+|ICC-chrm:\w+"
    r"|ICC_Profile:(ProfileDescription|ProfileCopyright|MediaWhitePoint|ChromaticAdaptation|(Red|Green|Blue)(MatrixColumn|TRC))"
    r"|IFD0:Orientation"
)
LAYOUT = re.compile(
    r"IFD[01]:(Image(Width|Height)|BitsPerSample|Compression|PhotometricInterpretation|SamplesPerPixel|RowsPerStrip|Strip(Offsets|ByteCounts)"
    r"|[XY]Resolution|PlanarConfiguration|ResolutionUnit|Predictor)"
)


def format_of(name: str) -> str:
    return name.rpartition(".")[2]


def edition(name: str, policy: str) -> bytes:
    content = telling()[name]
    return b"".join(joined(editions_of(content, format_of(name))[policy]["pieces"], content))


def rewritten(content: bytes, format: str, policy: str = WITHOUT_LOCATION) -> bytes | None:
    editions = editions_of(content, format)
    return b"".join(joined(editions[policy]["pieces"], content)) if policy in editions else None


@pytest.fixture(scope="module")
def readings() -> dict[str, dict[str, Any]]:
    """What exiftool says of every file and edition, in one run: by "policy.name"."""
    files = {f"{policy}.{name}": edition(name, policy) for name in MAKERS for policy in (AS_IS, *POLICIES)}
    found = said(files)
    return {name: {re.sub(r":Copy\d+:", ":", key): value for key, value in row.items()} for name, row in found.items()}


def shown(content: bytes) -> list[tuple[Any, ...]]:
    """What a viewer sees: each picture upright or not, its pixels, how long it stands."""
    with Image.open(BytesIO(content)) as image:
        frames = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
        seen = []
        for number in range(frames):
            image.seek(number)
            image.load()
            orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
            seen.append((image.size, image.mode, orientation, image.info.get("duration"), image.info.get("loop"), image.tobytes()))
        return seen


def icc_of(content: bytes) -> bytes | None:
    with Image.open(BytesIO(content)) as image:
        found: bytes | None = image.info.get("icc_profile")
        return found


def test_policies_and_formats_are_those_of_the_rest_of_salon() -> None:
    from rooms.models.room import Originals

    assert [AS_IS, *POLICIES] == Originals.values
    assert set(READERS) == set(BY_NAME)


@BOTH
@EACH
def test_exiftool_finds_nothing_that_is_not_allowed(name: str, policy: str, readings: dict[str, dict[str, Any]]) -> None:
    before, after = readings[f"as_is.{name}"], readings[f"{policy}.{name}"]
    assert WORDS in telling()[name]
    assert SECRET in str(before)
    assert any("Serial" in key for key in before)
    allowed = {f"{group}:{tag}" for tag in FACTS for group in ("IFD0", "ExifIFD")} | {"ExifIFD:ExifVersion"}
    more = {key for key in after if not SHAPE.fullmatch(key)}
    if policy == WITHOUT_LOCATION:
        more -= allowed
    if format_of(name) == "tiff":
        more = {key for key in more if not LAYOUT.fullmatch(key)}
    assert more == set()
    assert SECRET not in str(after)
    assert str(SERIAL) not in str(after)
    assert {value for key, value in after.items() if re.match(r"(QuickTime|Track\d):.*Date", key)} <= {"0000:00:00 00:00:00"}


@BOTH
@EACH
def test_no_word_of_the_secret_is_left_in_any_byte(name: str, policy: str) -> None:
    content = edition(name, policy)
    for form in (WORDS, SECRET.encode("utf-16-le"), SECRET.encode("utf-16-be"), SERIAL.to_bytes(4, "little"), b"mpvd", b"adobe:ns:meta"):
        assert form not in content


@pytest.mark.parametrize("name", [name for name in MAKERS if name not in WITHOUT_FACTS])
def test_without_location_still_says_how_it_was_taken(name: str, readings: dict[str, dict[str, Any]]) -> None:
    after = readings[f"{WITHOUT_LOCATION}.{name}"]
    found = {tag: after.get(f"IFD0:{tag}", after.get(f"ExifIFD:{tag}")) for tag in FACTS}
    assert found == FACTS


@BOTH
@EACH
def test_pixels_turning_and_timing_are_what_they_were(name: str, policy: str) -> None:
    before, after = shown(telling()[name]), shown(edition(name, policy))
    assert after == before
    assert len(before) > 1 or not name.startswith(("moving", "two", "pages"))


@BOTH
@pytest.mark.parametrize("name", [name for name in MAKERS if not name.endswith((".gif", ".tiff", *IN_MEDIA))])
def test_the_orientation_stays_where_it_turns_the_picture(name: str, policy: str, readings: dict[str, dict[str, Any]]) -> None:
    assert readings[f"{policy}.{name}"]["IFD0:Orientation"] == SIDEWAYS


def test_the_scans_of_a_jpeg_are_the_same_bytes() -> None:
    plain = saved(photo(), "JPEG", progressive=True, icc_profile=profile())
    scans = plain[plain.index(b"\xff\xc2") : plain.rindex(b"\xff\xda")], plain[plain.rindex(b"\xff\xda") :]
    for policy in POLICIES:
        assert all(scan in edition("still.jpeg", policy) for scan in scans)
        assert edition("still.jpeg", policy).endswith(b"".join(scans))  # what stood between them is gone


@BOTH
@EACH
def test_size_checksum_and_pieces_hold(name: str, policy: str) -> None:
    content = telling()[name]
    found = editions_of(content, format_of(name))[policy]
    whole = b"".join(b64decode(piece) if isinstance(piece, str) else content[piece[0] : piece[1]] for piece in found["pieces"])
    assert whole == b"".join(joined(found["pieces"], content))
    assert (found["size"], found["crc32"]) == (len(whole), zlib.crc32(whole))
    new = sum(len(b64decode(piece)) for piece in found["pieces"] if isinstance(piece, str))
    assert new < 5_000  # the rest takes no disk
    assert len(found["pieces"]) < 10


def test_as_it_came_is_the_whole_file() -> None:
    content = photograph()
    assert editions_of(content, "jpeg")[AS_IS] == {"size": len(content), "crc32": zlib.crc32(content), "pieces": [[0, len(content)]]}


@BOTH
@pytest.mark.parametrize(
    "name", [name for name in MAKERS if name.startswith(("still", "moving", "two", "packed")) and name != "moving.gif"]
)
def test_the_colour_profile_stays(name: str, policy: str) -> None:
    before = icc_of(telling()[name])
    assert before
    assert icc_of(edition(name, policy)) == before


@BOTH
@pytest.mark.parametrize("name", ["screen.png", "phone.avif"])
def test_the_profile_of_a_screen_keeps_its_colours_but_not_its_serial_number(name: str, policy: str) -> None:
    before, after = icc_of(telling()[name]), icc_of(edition(name, policy))
    assert before
    assert after
    assert b"mmod" in before
    assert b"mmod" not in after
    image = photo(120)

    def converted(profile: bytes) -> bytes:
        opened = ImageCms.ImageCmsProfile(BytesIO(profile))
        result = ImageCms.profileToProfile(image, opened, ImageCms.createProfile("LAB"), outputMode="LAB")
        assert result
        return result.tobytes()

    assert converted(after) == converted(before)


def test_a_profile_has_nothing_between_its_tags() -> None:
    plain = profile()
    content = saved(photo(120), "PNG", icc_profile=(len(plain) + len(WORDS)).to_bytes(4) + plain[4:] + WORDS)
    assert WORDS in (icc_of(content) or b"")
    found = icc_of(b"".join(joined(editions_of(content, "png")[WITHOUT_METADATA]["pieces"], content)))
    assert found
    assert WORDS not in found
    assert found[128:] == plain[128:]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "TIFF"])
def test_a_file_with_nothing_to_hide_stays_as_it_is(format: str) -> None:
    content = saved(photo(120), format)
    for policy in POLICIES:
        found = rewritten(content, format.lower(), policy)
        assert found
        assert shown(found) == shown(content)
        assert found == content or format == "TIFF"


def test_what_hangs_on_to_a_jpeg_goes_with_its_second_picture() -> None:
    assert Image.open(BytesIO(telling()["pair.jpeg"])).format == "MPO"
    content = edition("pair.jpeg", WITHOUT_LOCATION)
    assert Image.open(BytesIO(content)).format == "JPEG"
    assert content.count(b"\xff\xd8\xff") == 1


def test_a_large_file_is_never_copied() -> None:
    """In a child process that has room for the program, for the file as it is mapped, and for little else."""
    strip, little = 128 * 1024**2, 48 * 1024**2
    rows = [(256, 4, 1, 16384), (257, 4, 1, 8192), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8192), (279, 4, 1, strip)]
    head = b"II*\0\x08\0\0\0" + struct.pack("<H", len(rows)) + b"".join(struct.pack("<HHII", *row) for row in rows)
    with TemporaryFile() as file:
        file.write(head + bytes(4) + WORDS)
        file.truncate(8192 + strip)
        limits = Limits(seconds=20, memory=sandbox.PROGRAM_BYTES + strip + little, pixels=1)
        found = sandbox.run(editions_of, file, "tiff", limits=limits)
        assert [edition["size"] for edition in found.values()][1:] == [8 + 2 + 12 * 7 + 4 + strip] * 2


def test_a_mapped_file_can_be_closed_afterwards(tmp_path: Path) -> None:
    for number, content in enumerate((telling()["still.jpeg"], telling()["still.jpeg"][:-2000], telling()["still.png"][:-2000])):
        (tmp_path / str(number)).write_bytes(content)
        with (tmp_path / str(number)).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            assert editions_of(mapped, "jpeg")[AS_IS]["size"] == len(content)

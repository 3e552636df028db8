"""What cameras, phones and programs put into a file, and how it is shown: the right way up, in the right colours, the right picture."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageChops

from rooms.ingest import sandbox
from rooms.ingest.derive import EDGES, derive_as_text
from rooms.ingest.formats import BY_NAME
from salon.errors import UnsupportedError
from tests import pictures
from tests.looking import PLAIN, assert_shown, looked, opened, view
from tests.pictures import PROFILES, colours_of, icc_profile, photograph, picture, quarters, saved

pytestmark = pytest.mark.once

TURN_BACK = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF"])
@pytest.mark.parametrize("orientation", TURN_BACK)
def test_every_orientation_is_turned_upright(format: str, orientation: int) -> None:
    turn = TURN_BACK[orientation]
    lying = quarters() if turn is None else quarters().transpose(turn)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    content = saved(lying, format, exif=exif) if format == "TIFF" else saved(lying, format, exif=exif.tobytes(), quality=90)
    found = looked(content)
    assert (found.width, found.height) == (96, 64)
    assert [opened(found.pictures[name]).size for name in ("grid", "thumb")] == [(96, 64)] * 2
    assert_shown(content)


def displayed(colour: tuple[int, ...], profile: str) -> NDArray[np.float64]:
    """The same colour in sRGB, by the textbook."""
    rows, gamma = PROFILES[profile]
    to_srgb = np.array([[3.1341359, -1.6172202, -0.4906962], [-0.9787955, 1.9161087, 0.0334433], [0.0719507, -0.2289914, 1.4053860]])
    linear = to_srgb @ (np.array(rows).T @ (np.array(colour) / 255) ** gamma)
    linear = np.clip(linear, 0, 1)
    curved = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(curved * 255)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF", "TIFF"])
def test_wide_colours_are_brought_to_srgb(profile: str, format: str) -> None:
    content = saved(quarters(), format, icc_profile=icc_profile(profile), quality=95)
    expected = [tuple(displayed(colour, profile).round().astype(int)) for colour in PLAIN]
    assert np.abs(np.array(expected) - np.array(PLAIN)).max() >= 15, "the profile makes a difference"
    assert_shown(content, expected, within=8)


def test_a_profile_that_is_damaged_or_for_other_pixels_is_passed_over() -> None:
    assert_shown(saved(quarters(), "JPEG", icc_profile=b"not a profile", quality=95))
    assert_shown(saved(quarters().convert("CMYK"), "JPEG", icc_profile=icc_profile("Adobe RGB"), quality=95))


def test_inks_are_shown_as_they_would_print_however_they_are_written() -> None:
    inks = quarters().convert("CMYK")
    assert_shown(saved(inks, "JPEG", quality=95))
    assert_shown(pictures.without_adobe_marker(saved(ImageChops.invert(inks), "JPEG", quality=95)))
    assert_shown(saved(inks, "TIFF", compression="tiff_lzw"))


def sixteen_bits(image: Image.Image) -> NDArray[np.uint16]:
    return np.asarray(image).astype(np.uint16) * 257


def colour_png(pixels: NDArray[np.uint16]) -> bytes:
    """Pillow does not write 16 bits of each colour."""
    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    return pictures.png((width, height), rows, depth=16)


def test_sixteen_bits_a_sample_are_shown_as_eight() -> None:
    grey = quarters().convert("L")
    colours = colours_of(grey.convert("RGB"))
    for format in ("PNG", "TIFF"):
        assert_shown(saved(Image.fromarray(sixteen_bits(grey)), format), colours, within=6)
    assert_shown(colour_png(sixteen_bits(quarters())))


def colour_tiff(pixels: NDArray[Any], **options: Any) -> bytes:
    import tifffile

    buffer = BytesIO()
    tifffile.imwrite(buffer, pixels, photometric="rgb", **options)
    return buffer.getvalue()


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_tiff_of_sixteen_bits_in_each_colour_is_shown(byteorder: Any, compression: Any) -> None:
    assert_shown(colour_tiff(sixteen_bits(quarters()), byteorder=byteorder, compression=compression))


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "CMYK"])
def test_the_usual_kinds_of_tiff_are_shown(mode: str, compression: str) -> None:
    content = saved(quarters().convert(mode), "TIFF", compression=compression)
    assert_shown(content, within=40 if mode == "P" else 12)  # the web palette is coarse


def test_of_a_tiff_with_pages_the_first_is_shown() -> None:
    content = saved(quarters(), "TIFF", save_all=True, append_images=[Image.new("RGB", (400, 300), "white")])
    found = looked(content)
    assert (found.format, found.width, found.height, found.animated) == ("tiff", 96, 64, False)
    assert_shown(content)


def raw_photo() -> bytes:
    """A DNG, as a reader of TIFFs sees it: a small copy first, and a tag that says what it is."""
    return saved(quarters(), "TIFF", tiffinfo={254: 1, 50706: b"\1\4\0\0"})


KINDS: dict[str, Callable[[], bytes]] = {
    "a raw photo": raw_photo,
    "a copy in small": lambda: saved(quarters(), "TIFF", tiffinfo={254: 1}),
    "measurements": lambda: saved(Image.new("F", (40, 30), 0.5), "TIFF"),
    "a fax": lambda: saved(quarters().convert("1"), "TIFF", compression="group4"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_tiff_that_is_no_photo_is_refused_and_says_what_to_do(kind: str) -> None:
    with pytest.raises(UnsupportedError, match="Add it as JPEG") as caught:
        looked(KINDS[kind]())
    assert (caught.value.code, caught.value.field) == ("unsupported", "file")


def test_a_palette_and_grey_are_shown_and_what_is_clear_stays_clear() -> None:
    assert_shown(saved(quarters().quantize(4), "PNG"), within=20)
    assert_shown(saved(quarters().convert("L"), "JPEG", quality=95), colours_of(quarters().convert("L")))
    half = quarters().convert("RGBA")
    half.paste((0, 0, 0, 0), (0, 0, 48, 64))
    for content in (saved(half, "PNG"), saved(half, "WEBP", lossless=True), saved(half, "AVIF"), saved(half, "TIFF")):
        for shown in (opened(looked(content).pictures["grid"]), view(content)):
            assert shown.getchannel("A").getpixel((10, 10)) == 0
            assert shown.getchannel("A").getpixel((80, 10)) == 255


def test_of_a_stereo_photo_the_first_picture_is_shown_and_it_does_not_move() -> None:
    content = saved(quarters(), "MPO", save_all=True, append_images=[Image.new("RGB", (96, 64), "white")], quality=95)
    found = looked(content)
    assert (found.format, found.animated) == ("jpeg", False)
    assert_shown(content)
    assert getattr(view(content), "n_frames", 1) == 1


def test_of_several_pictures_in_a_heic_the_primary_one_is_shown() -> None:
    other = Image.new("RGB", (200, 200), "white")
    content = saved(other, "HEIF", save_all=True, append_images=[quarters(), other], primary_index=1, quality=90)
    with Image.open(BytesIO(content)) as image:
        assert (getattr(image, "n_frames", 1), image.tell()) == (3, 1), "the middle one of three"
    found = looked(content)
    assert (found.width, found.height, found.animated) == (96, 64, False)
    assert_shown(content)


def test_a_tile_shows_the_picture_of_a_heic_and_not_the_small_copy_inside_it() -> None:
    """Its decoder would gladly take that for a shortcut. Nobody has looked whether it shows the same."""
    content = bytearray(saved(opened(photograph()).resize((1600, 1066)), "HEIF", thumbnails=[960], quality=60))
    before = opened(looked(bytes(content)).pictures["grid"])
    middle = content.index(b"mdat") + 30_000
    content[middle : middle + 60_000] = bytes(60_000)  # of the picture; the copy comes behind it
    with Image.open(BytesIO(content)) as image:
        assert image.draft("RGB", (640, 427)), "there is a shortcut"
    after = opened(looked(bytes(content)).pictures["grid"])
    assert np.abs(np.asarray(before, float) - np.asarray(after, float)).mean() > 5


VIDEOS = {
    "an iPhone's": b"\0\0\0\x14ftypqt  \0\0\0\0qt  \0\0\0\x08wide",
    "mp4": b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41",
    "mp4 of a camera": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    "webm": b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x86\x81\x01",
    "avi": b"RIFF\xff\xff\0\0AVI LIST",
    "an old QuickTime film": b"\0\0\x10\0moov\0\0\0\x6cmvhd",
}


@pytest.mark.parametrize("video", VIDEOS)
def test_a_video_is_refused_with_a_sentence_of_its_own(video: str) -> None:
    with pytest.raises(UnsupportedError, match=r"^Videos cannot be added yet\. ") as caught:
        looked(VIDEOS[video] + bytes(1000))
    assert (caught.value.code, caught.value.field) == ("unsupported", "file")


@pytest.mark.parametrize(
    ("size", "edges"),
    [
        ((4032, 3024), (2016, 640, 320)),
        ((4000, 3000), (2000, 640, 320)),  # half of it is near enough, and costs a third
        ((3000, 4000), (2000, 640, 320)),
        ((2400, 1600), (2016, 640, 320)),
        ((2050, 1000), (2050, 640, 320)),
        ((500, 300), (500, 500, 320)),
        ((9, 3000), (2016, 640, 320)),
    ],
)
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_sizes_keep_the_aspect_and_are_never_larger_than_the_photo(format: str, size: tuple[int, int], edges: tuple[int, ...]) -> None:
    content = saved(Image.new("RGB", size, "teal"), format)
    tile = looked(content).pictures
    shown = {"view": view(content), "grid": opened(tile["grid"]), "thumb": opened(tile["thumb"])}
    for name, edge in zip(EDGES, edges, strict=True):
        assert max(shown[name].size) == edge, name
        scale = edge / max(size)
        assert all(abs(length * scale - found) <= 1 for length, found in zip(size, shown[name].size, strict=True))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "GIF"])
def test_nothing_that_screens_show_carries_metadata(format: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Telltale"
    xmp = b"<x:xmpmeta>Telltale</x:xmpmeta>"
    options: dict[str, Any] = {"exif": exif, "icc_profile": icc_profile("Display P3"), "comment": b"Telltale"}
    content = saved(quarters(), format, **options | ({} if format == "GIF" else {"xmp": xmp}))
    assert b"Telltale" in content
    texts = sandbox.run(derive_as_text, BytesIO(content), by_pillow(format), limits=sandbox.limits(20))
    assert set(texts) == {"view"}
    for shown in (view(content), *(opened(small) for small in looked(content).pictures.values())):
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(shown.info)
        assert not shown.getexif()


def by_pillow(decoder: str) -> str:
    return next(format.name for format in BY_NAME.values() if format.decoder == decoder)


def test_a_photograph_comes_out_as_it_went_in() -> None:
    content = picture("JPEG", size=(1200, 800))
    shown = np.asarray(view(content).convert("RGB"), float)
    assert 10 * np.log10(255**2 / np.mean((shown - np.asarray(opened(content), float)) ** 2)) > 30

"""The corpus of hostile files, through the real API: no 5xx, no hang, no stray file, and nothing that a browser would take for a page."""

from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from rooms.ingest import sandbox
from rooms.ingest.derive import SECONDS, derive_as_text
from rooms.ingest.inspect import inspect
from rooms.ingest.sandbox import DecodeError
from rooms.models import Photo
from salon.errors import ProblemError
from tests import hostile, pictures
from tests.hostile import BOMBS, DISGUISES, POLYGLOTS
from tests.people import Cast, problem
from tests.pictures import film, moving, picture
from tests.services import wait_until

PATIENCE_SECONDS = 100  # the worst bomb takes its child all of its fifteen seconds, on a busy machine
LOOKS_LIKE_A_PAGE = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml", b"<body", b"%pdf")


def files_of(cast: Cast) -> set[Path]:
    """Files of the cast's room, and those of requests that are not over."""
    found = {path for path in settings.ENV.data_dir.rglob("*") if path.is_file()}
    return {path for path in found if path.parent.name == "incoming" or str(cast.room.id) in path.parts}


def send(cast: Cast, name: str, content: bytes) -> tuple[int, dict[str, str]]:
    response = cast.cleo.api.post(f"{cast.path}/photos", files={"file": (name, content)}, timeout=PATIENCE_SECONDS)
    if response.status_code == 201:
        return 201, response.json()
    return response.status_code, problem(response, response.status_code)


def settled(cast: Cast, photo: str) -> dict[str, str]:
    """The addresses of what there is to see, once the worker has made it or given up."""
    address = f"{cast.path}/photos/{photo}"
    wait_until("the photo is developed", lambda: cast.vic.api.get(address).json()["state"] != "developing", PATIENCE_SECONDS)
    media: dict[str, str] = cast.vic.api.get(address).json()["media"]
    return media


def assert_only_pictures_are_served(cast: Cast, photo: str) -> None:
    for variant, address in settled(cast, photo).items():
        response = cast.cleo.browser.get(address)
        if response.status_code == 404:
            continue
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("image/")
        assert "svg" not in response.headers["Content-Type"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        if variant == "original":
            assert response.headers["Content-Disposition"].startswith("attachment")
            continue
        head = response.content[:1024].lower()
        assert (head[:4], head[8:12]) == (b"riff", b"webp")
        assert not any(words in response.content.lower() for words in LOOKS_LIKE_A_PAGE), "nothing of the file's words comes through"


def assert_nothing_stays_but(cast: Cast, *photos: str) -> None:
    wait_until("the received bytes are dropped", lambda: not any(path.parent.name == "incoming" for path in files_of(cast)))
    assert {path.name.split(".")[0] for path in files_of(cast)} == set(photos)
    assert {str(key) for key in Photo.objects.filter(room=cast.room).values_list("pk", flat=True)} == set(photos)


@pytest.mark.parametrize("case", POLYGLOTS)
def test_a_file_that_is_two_things_at_once_is_served_as_a_picture_and_nothing_else(cast: Cast, case: str) -> None:
    name, made = POLYGLOTS[case]
    status, photo = send(cast, name, made())
    assert status == 201, photo
    assert_only_pictures_are_served(cast, photo["id"])
    assert_nothing_stays_but(cast, photo["id"])


@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_does_no_more_than_be_refused_or_shown(cast: Cast, case: str) -> None:
    name, made = BOMBS[case]
    status, answer = send(cast, name, made())
    if status == 201:
        assert_only_pictures_are_served(cast, answer["id"])
        assert_nothing_stays_but(cast, answer["id"])
    else:
        assert (status, answer["field"]) == (422, "file")
        assert answer["code"] in {"broken", "too_many_pixels"}
        assert_nothing_stays_but(cast)
    assert send(cast, "a.jpg", picture(size=(96, 64)))[0] == 201, "the next one gets through"


@pytest.mark.parametrize("case", DISGUISES)
def test_a_page_in_disguise_is_refused_and_leaves_nothing(cast: Cast, case: str) -> None:
    status, error = send(cast, *DISGUISES[case])
    assert status in {415, 422}
    assert error["field"] == "file"
    assert_nothing_stays_but(cast)


NAMES = {
    "control characters": "a\x01\x1b[31m\x7f.jpg",
    "a line that ends": 'a.jpg"\r\nContent-Type: text/html\r\n\r\n<script>',
    "letters that go backwards": "a\u202egpj.exe.jpg",
    "three hundred bytes": "é" * 148 + ".jpg",
    "three thousand letters": "x" * 3_000 + ".jpg",
    "folders": "../../../../etc/cron.d/evil.jpg",
    "folders of Windows": "..\\..\\C:\\Windows\\evil.jpg",
    "an absolute path": "/tmp/evil.jpg",
    "nothing but dots": "..",
    "a zero byte": "evil.php\0.jpg",
    "a page": "<img src=x onerror=alert(1)>.jpg",
    "several files": "a.jpg;filename=b.html",
    "no name at all": " ",
}


@pytest.mark.parametrize("case", NAMES)
def test_a_hostile_name_reaches_neither_the_disk_nor_a_header(cast: Cast, case: str) -> None:
    status, answer = send(cast, NAMES[case], picture(size=(96, 64)))
    if status != 201:
        assert (status, answer["code"]) in {(400, "bad_request"), (422, "invalid")}, "for the form's reader it is no file"
        assert_nothing_stays_but(cast)
        return
    assert_nothing_stays_but(cast, answer["id"])
    original = cast.cleo.browser.get(settled(cast, answer["id"])["original"])
    disposition = original.headers["Content-Disposition"]
    assert original.headers["Content-Type"] == "image/jpeg"
    assert disposition.isascii()
    assert not {"evil", "alert", "html", "xxx"} & set(disposition.replace('"', " ").replace(".", " ").split())


SMALL = {
    "jpeg": picture("JPEG", size=(96, 64), gps=True, taken="2026:07:14 15:30:00"),
    "png": picture("PNG", size=(96, 64)),
    "webp": picture("WEBP", size=(96, 64)),
    "avif": picture("AVIF", size=(96, 64)),
    "heic": picture("HEIF", size=(96, 64)),
    "tiff": picture("TIFF", size=(96, 64), gps=True),
    "tiff, compressed": pictures.saved(pictures.quarters(), "TIFF", compression="tiff_lzw"),
    "gif": picture("GIF", size=(96, 64)),
    "gif that moves": moving("GIF", film(4, (60, 40))),
    "apng": moving("PNG", film(4, (60, 40))),
    "webp that moves": moving("WEBP", film(4, (60, 40))),
    "avif that moves": moving("AVIF", film(4, (60, 40))),
}


@pytest.mark.once
@pytest.mark.parametrize("kind", SMALL)
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_flipped_bits_and_cut_tails_are_refused_or_shown_as_was_said(kind: str, data: st.DataObject) -> None:
    """What is taken in can be developed as well, and moves if and only if the upload said so."""
    content = bytearray(SMALL[kind])
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8)):
        content[place] ^= data.draw(st.integers(1, 255))
    damaged = bytes(content[: data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))])
    try:
        found = inspect(BytesIO(damaged), "photo")
    except ProblemError:
        return
    assert found.width * found.height <= settings.MAX_PIXELS
    view = derived(damaged, found.format)
    assert view is not None, "it was taken in"
    with Image.open(BytesIO(view)) as image:
        assert image.format == "WEBP"
        assert found.animated or getattr(image, "n_frames", 1) == 1


def derived(content: bytes, format: str) -> bytes | None:
    from base64 import b64decode

    try:
        texts = sandbox.run(derive_as_text, BytesIO(content), format, limits=sandbox.limits(SECONDS))
    except DecodeError:
        return None
    return b64decode(texts["view"])


def test_the_corpus_is_what_it_says() -> None:
    """Otherwise it would prove nothing."""
    assert hostile.gif_and_script().startswith(b"GIF89a/*")
    assert hostile.jpeg_with(0xFE, hostile.PDF)[6:14] == b"%PDF-1.7"
    for make in (hostile.apng_of_endless_frames, hostile.tiff_in_a_circle, hostile.gif_of_large_frames):
        with Image.open(BytesIO(make())) as image:
            assert image.format in {"PNG", "TIFF", "GIF"}
    with pytest.raises(Image.DecompressionBombError), Image.open(BytesIO(hostile.tiff_of(60_000, 60_000))):
        pass
    with pytest.raises(Image.DecompressionBombError), Image.open(BytesIO(hostile.webp_of(2**24, 2**24))):
        pass

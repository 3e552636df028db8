"""The tus protocol, word for word, over real HTTP."""

import base64
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image

from rooms import files, housekeeping
from rooms.actions.uploads import MOST_OPEN
from rooms.models import Photo, Upload
from tests.people import Cast, Person, anonymous, problem
from tests.pictures import photograph, picture
from tests.server import Server

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = TUS | {"Content-Type": "application/offset+octet-stream"}


def encoded(**metadata: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items())


def begin(person: Person, cast: Cast, size: int, content: bytes | None = None, **metadata: str) -> httpx.Response:
    headers = (TUS if content is None else PIECE) | {"Upload-Length": str(size), "Upload-Metadata": encoded(**metadata)}
    return person.api.post(f"{cast.path}/uploads", headers=headers, content=content or b"")


def begun(person: Person, cast: Cast, size: int, **metadata: str) -> str:
    """The address of a new upload, as the person's client takes it."""
    answer = begin(person, cast, size, None, **metadata)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert "Upload-Expires" in answer.headers
    return answer.headers["Location"].removeprefix("/api/v1")


def patch(person: Person, address: str, offset: int, content: bytes, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return person.api.patch(address, headers=PIECE | {"Upload-Offset": str(offset)} | named, content=content)


def offset_of(person: Person, address: str) -> int:
    answer = person.api.head(address, headers=TUS)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return int(answer.headers["Upload-Offset"])


def partials() -> list[Path]:
    return list(files.path("uploads").glob("*"))


def partial_of(address: str) -> Path:
    return files.path("uploads") / address.rpartition("/")[2]


def test_a_photo_comes_in_pieces_and_is_shown_like_any_other(cast: Cast) -> None:
    content = photograph("rocket.jpg")
    address = begun(cast.cleo, cast, len(content), filename="Rakete.jpg", caption="Lift-off", alt="A rocket")
    middle = len(content) // 2
    first = patch(cast.cleo, address, 0, content[:middle])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, str(middle))
    assert "Upload-Expires" in first.headers
    assert offset_of(cast.cleo, address) == middle
    assert cast.vic.api.get(f"{cast.path}/photos").json()["items"] == []
    last = patch(cast.cleo, address, middle, content[middle:])
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(content)))
    photo = cast.vic.api.get(f"{cast.path}/photos/{last.headers['Salon-Photo']}").json()
    assert (photo["caption"], photo["alt"], photo["uploader"]["name"]) == ("Lift-off", "A rocket", "Cleo")
    assert photo["upload"] == address.rpartition("/")[2]
    assert Photo.objects.get(pk=photo["id"]).sha256 == hashlib.sha256(content).hexdigest()
    assert cast.cleo.browser.get(photo["media"]["original"]).content == content
    assert not partial_of(address).exists()


def test_the_tile_is_there_with_the_answer(cast: Cast) -> None:
    content = picture(size=(1600, 1200))
    answer = begin(cast.cleo, cast, len(content), content)
    photo = cast.vic.api.get(f"{cast.path}/photos/{answer.headers['Salon-Photo']}").json()
    for variant, edge in (("thumb", 320), ("grid", 640)):
        tile = cast.vic.browser.get(photo["media"][variant])
        assert tile.status_code == 200
        with Image.open(BytesIO(tile.content)) as image:
            assert (image.format, max(image.size)) == ("WEBP", edge)


def test_a_sender_that_missed_the_last_answer_can_ask(cast: Cast) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content))
    photo = patch(cast.cleo, address, 0, content).headers["Salon-Photo"]
    again = cast.cleo.api.head(address, headers=TUS)
    assert (again.headers["Upload-Offset"], again.headers["Salon-Photo"]) == (str(len(content)), photo)
    assert problem(patch(cast.cleo, address, 0, content), 409)["code"] == "stale_offset"
    assert not partial_of(address).exists()


def test_a_small_photo_comes_with_its_creation(cast: Cast) -> None:
    content = picture()
    answer = begin(cast.cleo, cast, len(content), content, filename="a.jpg")
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(len(content)))
    assert Photo.objects.filter(pk=answer.headers["Salon-Photo"]).exists()


def test_a_creation_whose_piece_is_refused_leaves_nothing(cast: Cast) -> None:
    content = picture()
    wrong = {"Upload-Checksum": "sha1 " + base64.b64encode(bytes(20)).decode()}
    answer = cast.cleo.api.post(f"{cast.path}/uploads", headers=PIECE | wrong | {"Upload-Length": str(len(content))}, content=content)
    assert problem(answer, 460)["code"] == "checksum"
    assert not Upload.objects.filter(room=cast.room).exists()


def test_nobody_begins_uploads_without_end(cast: Cast) -> None:
    expires = timezone.now() + timedelta(hours=1)
    Upload.objects.bulk_create(Upload(room=cast.room, user=cast.cleo.user, size=9, expires_at=expires) for _ in range(MOST_OPEN))
    assert problem(begin(cast.cleo, cast, 9), 429)["code"] == "too_many"
    assert begin(cast.mo, cast, 9).status_code == 201


def test_the_same_bytes_again_are_linked(cast: Cast) -> None:
    content = picture()
    first, second = (begin(person, cast, len(content), content) for person in (cast.cleo, cast.mo))
    assert second.headers["Salon-Photo"] == first.headers["Salon-Photo"]
    assert ("Salon-Already" in first.headers, second.headers["Salon-Already"]) == (False, "1")
    assert Photo.objects.filter(room=cast.room).count() == 1


def test_what_the_room_has_need_not_be_sent(cast: Cast) -> None:
    content = picture()
    photo = begin(cast.cleo, cast, len(content), content).headers["Salon-Photo"]
    have, lack = hashlib.sha256(content).hexdigest(), "0" * 64
    answer = cast.mo.api.post(f"{cast.path}/photos/known", json={"sha256": [have, lack]})
    assert [(item["sha256"], item["photo"]["id"]) for item in answer.json()["items"]] == [(have, photo)]
    cast.cleo.api.delete(f"{cast.path}/photos/{photo}")
    assert cast.mo.api.post(f"{cast.path}/photos/known", json={"sha256": [have]}).json()["items"] == []
    for bad in (["not a hash {0}"], [lack] * 201):
        problem(cast.mo.api.post(f"{cast.path}/photos/known", json={"sha256": bad}), 422)


def test_salon_says_what_it_can(cast: Cast) -> None:
    with anonymous(cast.vic.server) as visitor:
        answer = visitor.options(f"/api/v1{cast.path}/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {"creation", "creation-with-upload", "checksum", "expiration", "termination"}
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert answer.headers["Tus-Max-Size"] == str(settings.MAX_UPLOAD_BYTES)


def test_another_version_of_tus_is_refused(cast: Cast) -> None:
    answer = cast.cleo.api.post(f"{cast.path}/uploads", headers={"Tus-Resumable": "0.2.0", "Upload-Length": "9"})
    assert problem(answer, 412)["code"] == "tus_version"
    assert answer.headers["Tus-Version"] == "1.0.0"


@pytest.mark.parametrize(
    ("headers", "status", "field"),
    [
        ({}, 400, "Upload-Length"),
        ({"Upload-Length": "many"}, 400, "Upload-Length"),
        ({"Upload-Length": "-1"}, 400, "Upload-Length"),
        ({"Upload-Length": "٣"}, 400, "Upload-Length"),
        ({"Upload-Defer-Length": "1"}, 400, "Upload-Length"),
        ({"Upload-Length": "0"}, 422, "file"),
        ({"Upload-Length": "9", "Upload-Metadata": "filename a!"}, 400, "Upload-Metadata"),
        ({"Upload-Length": "9", "Upload-Metadata": "filename " + "QQ==" * 3000}, 400, "Upload-Metadata"),
        ({"Upload-Length": "9", "Upload-Metadata": encoded(caption="long" * 200)}, 422, "caption"),
        ({"Upload-Length": "9", "Upload-Metadata": encoded(alt="a\0b")}, 422, "alt"),
    ],
)
def test_a_bad_creation_says_what_is_wrong(cast: Cast, headers: dict[str, str], status: int, field: str) -> None:
    raw = [(name.encode(), value.encode()) for name, value in (TUS | headers).items()]
    assert problem(cast.cleo.api.post(f"{cast.path}/uploads", headers=raw), status)["field"] == field
    assert not Upload.objects.filter(room=cast.room).exists()


def test_a_file_that_is_too_large_is_refused_before_a_byte_is_sent(cast: Cast) -> None:
    error = problem(begin(cast.cleo, cast, settings.MAX_UPLOAD_BYTES + 1), 413)
    assert error["code"] == "too_large"
    assert "50 MB" in error["message"]
    told = cast.cleo.api.get(f"{cast.path}/uploads").json()
    assert (told["largest"], told["left"], told["items"]) == (settings.MAX_UPLOAD_BYTES, None, [])


def test_unfinished_uploads_are_listed_for_their_sender_alone(cast: Cast) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content), filename="a.jpg")
    patch(cast.cleo, address, 0, content[:100])
    (listed,) = cast.cleo.api.get(f"{cast.path}/uploads").json()["items"]
    assert (listed["id"], listed["name"], listed["size"], listed["offset"]) == (address.rpartition("/")[2], "a.jpg", len(content), 100)
    assert cast.olive.api.get(f"{cast.path}/uploads").json()["items"] == []


def test_a_stale_offset_is_a_conflict_and_changes_nothing(cast: Cast) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content))
    patch(cast.cleo, address, 0, content[:500])
    for offset in (0, 499, 501, len(content)):
        assert problem(patch(cast.cleo, address, offset, content[:10]), 409)["code"] == "stale_offset"
    assert offset_of(cast.cleo, address) == 500
    assert patch(cast.cleo, address, 500, content[500:]).status_code == 204


def test_more_bytes_than_promised_do_not_count(cast: Cast) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content))
    assert problem(patch(cast.cleo, address, 0, content + b"more"), 400)["code"] == "too_much"
    assert offset_of(cast.cleo, address) == 0


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_with_the_wrong_checksum_does_not_count(cast: Cast, algorithm: str) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content))

    def checksum(of: bytes) -> str:
        return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, of).digest()).decode()}"

    assert patch(cast.cleo, address, 0, content[:900], Upload_Checksum=checksum(content[:900])).status_code == 204
    assert problem(patch(cast.cleo, address, 900, content[900:], Upload_Checksum=checksum(content)), 460)["code"] == "checksum"
    assert offset_of(cast.cleo, address) == 900
    assert patch(cast.cleo, address, 900, content[900:], Upload_Checksum=checksum(content[900:])).status_code == 204


@pytest.mark.parametrize("header", ["md5 AAAA", "sha1", "sha1 not base64!", "crc32 AAAA"])
def test_a_checksum_that_cannot_be_read_is_refused(cast: Cast, header: str) -> None:
    address = begun(cast.cleo, cast, 100)
    assert problem(patch(cast.cleo, address, 0, b"x" * 10, Upload_Checksum=header), 400)["field"] == "Upload-Checksum"
    assert offset_of(cast.cleo, address) == 0


def test_twelve_senders_of_the_same_piece_are_served_one_after_another(cast: Cast) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content))
    with ThreadPoolExecutor(12) as together:
        answers = list(together.map(lambda _: patch(cast.cleo, address, 0, content[:5000]).status_code, range(12)))
    assert sorted(answers) == [204] + [409] * 11
    with ThreadPoolExecutor(12) as together:
        answers = list(together.map(lambda _: patch(cast.cleo, address, 5000, content[5000:]).status_code, range(12)))
    assert sorted(answers) == [204] + [409] * 11
    assert Photo.objects.filter(room=cast.room).count() == 1


def test_what_is_no_picture_is_turned_away_with_its_first_piece(cast: Cast) -> None:
    address = begun(cast.cleo, cast, 40_000_000, filename="a.jpg")
    assert problem(patch(cast.cleo, address, 0, b"#!/bin/sh\n" * 100), 415)["code"] == "unsupported"
    problem_of_head(cast.cleo, address, 404)
    assert not partial_of(address).exists()


def test_a_broken_picture_is_refused_at_the_end_and_leaves_nothing(cast: Cast) -> None:
    content = photograph("rocket.jpg")[:50_000]
    address = begun(cast.cleo, cast, len(content), filename="a.jpg")
    assert problem(patch(cast.cleo, address, 0, content), 422)["code"] == "broken"
    assert not Upload.objects.filter(room=cast.room).exists()
    assert not Photo.objects.filter(room=cast.room).exists()
    assert not partial_of(address).exists()


def problem_of_head(person: Person, address: str, status: int) -> None:
    answer = person.api.head(address, headers=TUS)
    assert answer.status_code == status
    assert "Upload-Offset" not in answer.headers


def test_an_upload_is_its_senders_alone(cast: Cast) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content))
    for person in (cast.olive, cast.mo, cast.sam, cast.rita):
        problem_of_head(person, address, 404)
        problem(patch(person, address, 0, content), 404)
        problem(person.api.delete(address, headers=TUS), 404)
        problem(person.api.put(f"{address}/preview", content=picture(size=(40, 30))), 404)
    elsewhere = cast.cleo.api.post("/rooms", json={"name": "Elsewhere"}).json()["id"]
    problem(patch(cast.cleo, address.replace(cast.slug, elsewhere), 0, content), 404)
    assert offset_of(cast.cleo, address) == 0


def test_a_removed_member_cannot_finish_what_they_began(cast: Cast) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content))
    patch(cast.cleo, address, 0, content[:100])
    cast.olive.api.delete(f"{cast.path}/members/{cast.cleo.user.id}")
    problem(patch(cast.cleo, address, 100, content[100:]), 404)
    assert not Photo.objects.filter(room=cast.room).exists()


def test_bytes_that_vanished_from_the_disk_are_asked_for_again(cast: Cast) -> None:
    """A restored folder may be older than the database. A photo with a hole in it would look whole to its sender."""
    content = picture()
    address = begun(cast.cleo, cast, len(content))
    patch(cast.cleo, address, 0, content[:5000])
    partial_of(address).write_bytes(content[:100])
    assert problem(patch(cast.cleo, address, 5000, content[5000:]), 409)["code"] == "stale_offset"
    assert offset_of(cast.cleo, address) == 0
    photo = patch(cast.cleo, address, 0, content).headers["Salon-Photo"]
    assert Photo.objects.get(pk=photo).sha256 == hashlib.sha256(content).hexdigest()


def test_an_ended_upload_is_gone(cast: Cast) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content))
    patch(cast.cleo, address, 0, content[:100])
    assert partial_of(address).exists()
    ended = cast.cleo.api.delete(address, headers=TUS)
    assert (ended.status_code, ended.headers["Tus-Resumable"]) == (204, "1.0.0")
    problem_of_head(cast.cleo, address, 404)
    problem(patch(cast.cleo, address, 100, content[100:]), 404)
    problem(cast.cleo.api.delete(address, headers=TUS), 404)
    assert not partial_of(address).exists()


def test_a_proxy_that_lets_only_post_through_is_no_hindrance(cast: Cast) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content))
    override = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"}
    assert cast.cleo.api.post(address, headers=PIECE | override, content=content[:100]).status_code == 204
    assert offset_of(cast.cleo, address) == 100
    assert cast.cleo.api.post(address, headers=TUS | {"X-HTTP-Method-Override": "DELETE"}).status_code == 204
    problem_of_head(cast.cleo, address, 404)
    problem(cast.cleo.api.post(begun(cast.cleo, cast, 9), headers=TUS), 405)


def test_a_forgotten_upload_expires_and_leaves_nothing(cast: Cast) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content))
    patch(cast.cleo, address, 0, content[:100])
    cast.cleo.api.put(f"{address}/preview", content=picture(size=(40, 30)))
    upload = Upload.objects.get(room=cast.room)
    Upload.objects.filter(pk=upload.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    problem_of_head(cast.cleo, address, 410)
    assert problem(patch(cast.cleo, address, 100, content[100:]), 410)["code"] == "expired"
    housekeeping.tidy()
    problem_of_head(cast.cleo, address, 404)
    assert not partial_of(address).exists()
    assert not files.exists(files.preview(cast.room.id, upload.id))


def test_others_see_a_small_picture_of_what_is_coming(cast: Cast) -> None:
    content = picture(gps=True)
    address = begun(cast.cleo, cast, len(content))
    shown = f"/media/{cast.slug}/uploads/{address.rpartition('/')[2]}/preview"
    assert cast.vic.browser.get(shown).status_code == 404
    small = picture("WEBP", size=(240, 160), gps=True)
    assert cast.cleo.api.put(f"{address}/preview", content=picture(size=(240, 160), gps=True)).status_code == 204
    answer = cast.vic.browser.get(shown)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    with Image.open(BytesIO(answer.content)) as image:
        assert image.size == (240, 160)
        assert not image.getexif()
    assert len(small) > 40 * 1024
    assert problem(cast.cleo.api.put(f"{address}/preview", content=small), 413)["code"] == "too_large"
    problem(cast.cleo.api.put(f"{address}/preview", content=b"<svg></svg>"), 415)
    for stranger in (cast.sam, cast.rita):
        assert stranger.browser.get(shown).status_code == 404
    patch(cast.cleo, address, 0, content)
    assert cast.vic.browser.get(shown).status_code == 404
    problem(cast.cleo.api.put(f"{address}/preview", content=picture(size=(40, 30))), 404)
    problem(cast.cleo.api.put(f"{cast.path}/uploads/{uuid4()}/preview", content=picture(size=(40, 30))), 404)


def test_a_cookie_needs_its_csrf_token_here_too(cast: Cast) -> None:
    headers: dict[str, Any] = TUS | {"Upload-Length": "9"}
    answer = cast.cleo.browser.post(f"/api/v1{cast.path}/uploads", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf")


@pytest.mark.skipif(os.environ["TESTS_ON"] == "sqlite", reason="a Salon on SQLite is one process")
def test_pieces_may_reach_different_servers(cast: Cast) -> None:
    content = picture(size=(1200, 900))
    address = begun(cast.cleo, cast, len(content))
    other = Server("--no-worker")
    try:
        with httpx.Client(base_url=f"{other.url}/api/v1", headers=cast.cleo.api.headers, timeout=30) as there:
            step = len(content) // 6 + 1
            for number, start in enumerate(range(0, len(content), step)):
                client = (cast.cleo.api, there)[number % 2]
                answer = client.patch(address, headers=PIECE | {"Upload-Offset": str(start)}, content=content[start : start + step])
                assert answer.status_code == 204, answer.text
    finally:
        assert other.stop() == 0
    assert Photo.objects.get(pk=answer.headers["Salon-Photo"]).sha256 == hashlib.sha256(content).hexdigest()

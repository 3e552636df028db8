"""Photos that come in pieces: from the first one to the tile, or to the end of a sender's patience."""

import base64
import hashlib
import os
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import httpx
import pytest
from django.utils import timezone
from PIL import Image

from rooms import files, housekeeping
from rooms.actions.uploads import MOST_OPEN
from rooms.models import Photo, Upload
from tests.people import Cast, problem
from tests.pictures import photograph, picture
from tests.server import Server
from tests.tus import PIECE, TUS, begin, begun, offset_of, partial_of, patch, problem_of_head


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


def test_unfinished_uploads_are_listed_for_their_sender_alone(cast: Cast) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content), filename="a.jpg")
    patch(cast.cleo, address, 0, content[:100])
    (listed,) = cast.cleo.api.get(f"{cast.path}/uploads").json()["items"]
    assert (listed["id"], listed["name"], listed["size"], listed["offset"]) == (address.rpartition("/")[2], "a.jpg", len(content), 100)
    assert cast.olive.api.get(f"{cast.path}/uploads").json()["items"] == []


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

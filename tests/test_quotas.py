"""Quotas: told before anything is sent, and exact however many send at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from rooms import housekeeping, quotas
from rooms.access import Right, room_for
from rooms.actions import uploads
from rooms.models import Photo, Upload
from rooms.quotas import QuotaError
from tests.people import Cast, Person, anonymous, problem
from tests.pictures import picture
from tests.rows import made_up_photo
from tests.server import Server, beside_the_first

MB = 1_000_000


@pytest.fixture
def person_limit() -> Iterator[None]:
    with override_settings(QUOTA_PERSON_BYTES=10 * MB):
        yield


@pytest.fixture
def room_limit() -> Iterator[None]:
    with override_settings(QUOTA_ROOM_BYTES=10 * MB):
        yield


def add(cast: Cast, person: Person, size: int, **fields: object) -> Photo:
    photo = made_up_photo(cast.membership(person), seq=1, size=size, **fields)
    photo.save(force_insert=True)
    return photo


def test_without_a_setting_there_is_no_limit(cast: Cast) -> None:
    assert quotas.left(cast.membership(cast.cleo)) is None
    uploads.begin(cast.membership(cast.cleo), 50 * MB, "")


@pytest.mark.usefixtures("person_limit")
def test_a_person_has_what_their_photos_and_uploads_leave_in_all_rooms(cast: Cast) -> None:
    member = cast.membership(cast.cleo)
    add(cast, cast.cleo, 3 * MB)
    add(cast, cast.olive, 5 * MB)
    uploads.begin(member, 2 * MB, "")
    assert quotas.left(member) == 5 * MB
    elsewhere = room_for(cast.cleo.user, cast.cleo.api.post("/rooms", json={"name": "Elsewhere"}).json()["id"], Right.UPLOAD)
    with pytest.raises(QuotaError, match=r"This photo takes 6.0 MB, but only 5.0 MB are left for your photos."):
        uploads.begin(elsewhere, 6 * MB, "")
    uploads.begin(elsewhere, 5 * MB, "")
    assert quotas.left(member) == 0
    assert quotas.left(cast.membership(cast.olive)) == 5 * MB


@pytest.mark.usefixtures("room_limit")
def test_a_room_has_what_everybodys_photos_leave(cast: Cast) -> None:
    add(cast, cast.cleo, 3 * MB)
    add(cast, cast.olive, 4 * MB)
    with pytest.raises(QuotaError, match="left for this room"):
        uploads.begin(cast.membership(cast.mo), 4 * MB, "")
    uploads.begin(cast.membership(cast.mo), 3 * MB, "")


@pytest.mark.usefixtures("person_limit")
def test_a_removed_photo_counts_until_it_is_gone_for_good(cast: Cast) -> None:
    photo = add(cast, cast.cleo, 8 * MB, removed_at=timezone.now(), removed_by=cast.cleo.user)
    assert quotas.left(cast.membership(cast.cleo)) == 2 * MB
    cast.cleo.api.delete(f"{cast.path}/removed/{photo.id}")
    assert quotas.left(cast.membership(cast.cleo)) == 10 * MB


@pytest.mark.usefixtures("person_limit")
def test_an_ended_or_expired_upload_gives_its_place_back(cast: Cast) -> None:
    member = cast.membership(cast.cleo)
    first, second = uploads.begin(member, 4 * MB, ""), uploads.begin(member, 4 * MB, "")
    assert quotas.left(member) == 2 * MB
    uploads.end(first)
    assert quotas.left(member) == 6 * MB
    Upload.objects.filter(pk=second.pk).update(expires_at=timezone.now())
    assert quotas.left(member) == 6 * MB  # its bytes are on the disk still
    housekeeping.tidy()
    assert quotas.left(member) == 10 * MB


def together(cast: Cast, people: list[Person], begin: Callable[[Person], object]) -> int:
    """How many of these get their place when all ask at once."""

    def ask(person: Person) -> bool:
        try:
            begin(person)
        except QuotaError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(ask, people))


@pytest.mark.usefixtures("person_limit")
def test_a_person_who_begins_thirty_at_once_gets_exactly_what_fits(cast: Cast) -> None:
    assert together(cast, [cast.cleo] * 30, lambda person: uploads.begin(cast.membership(person), MB, "")) == 10


@pytest.mark.usefixtures("room_limit")
def test_a_room_that_is_filled_by_three_at_once_takes_exactly_what_fits(cast: Cast) -> None:
    assert together(cast, [cast.cleo, cast.mo, cast.olive] * 10, lambda person: uploads.begin(cast.membership(person), MB, "")) == 10


def test_both_ways_in_say_so_over_http(cast: Cast, tmp_path: Path) -> None:
    server = Server(environment=beside_the_first(tmp_path / "data") | {"SALON_QUOTA_PERSON_MB": "1", "SALON_QUOTA_ROOM_MB": "2"})
    try:
        with anonymous(server) as client:
            client.headers["Authorization"] = f"Bearer {cast.cleo.token}"
            address = f"/api/v1{cast.path}"
            assert client.get(f"{address}/uploads").json()["left"] == MB
            headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(MB + 1)}
            assert problem(client.post(f"{address}/uploads", headers=headers), 413)["code"] == "quota"
            content = picture("PNG", size=(1200, 900))
            assert len(content) > MB
            error = problem(client.post(f"{address}/photos", files={"file": ("a.png", content)}), 413)
            assert (error["code"], error["field"]) == ("quota", "file")
            assert client.post(f"{address}/photos", files={"file": ("a.jpg", picture())}).status_code == 201
            assert client.get(f"{address}/uploads").json()["left"] < MB
    finally:
        assert server.stop() == 0
    assert list((tmp_path / "data" / "media" / "originals").rglob("*.*")) == []

"""Many photos in one download: the right ones, in order, with what was said about them, resumable at any byte."""

import csv
import io
import os
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zlib import crc32

import httpx
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rooms import files
from rooms.actions import archives as actions
from rooms.actions import rooms
from rooms.models import Archive, Edition, Membership, Originals, Photo, PhotoState
from rooms.serving import archives
from rooms.serving.archives import lay_out
from rooms.serving.captions import harmless
from tests.originals import Piece, new, spliced, stored
from tests.people import Cast, Person, anonymous, problem
from tests.rows import made_up_photo
from tests.test_zip import whole

NOON = datetime(2024, 7, 14, 12, 0, tzinfo=UTC)
ADDED = datetime(2024, 8, 1, 8, 0, tzinfo=UTC)
CUT: dict[Originals, list[Piece]] = {Originals.WITHOUT_LOCATION: [[0, 4], new(b"xxxx"), [8, 20]]}


def make(cast: Cast, person: Person, photos: list[Photo] | None = None) -> dict[str, Any]:
    chosen = None if photos is None else [str(photo.id) for photo in photos]
    answer = person.api.post(f"{cast.path}/archives", json={"photos": chosen})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def downloaded(person: Person, archive: dict[str, Any]) -> zipfile.ZipFile:
    response = person.browser.get(archive["address"])
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/zip")
    assert int(response.headers["Content-Length"]) == len(response.content)
    found = zipfile.ZipFile(io.BytesIO(response.content))
    assert found.testzip() is None
    return found


def some_photos(cast: Cast) -> list[Photo]:
    """One that Vic gets without its place, one of which he gets the picture only, and one of Mo's."""
    cleo, mo = cast.membership(cast.cleo), cast.membership(cast.mo)
    return [
        stored(cleo, b"first" * 4, CUT, taken_at=NOON, taken_zone=120, caption="=1+1", alt='Über "Wasser",\nLand'),
        stored(cleo, b"second", format="heic", taken_at=NOON, pictures={"view": b"a picture", "grid": b"small"}),
        stored(mo, b"third" * 4, CUT, added_at=ADDED),
    ]


def test_all_photos_come_in_order_each_in_the_edition_that_is_for_the_asker(cast: Cast) -> None:
    some_photos(cast)
    archive = make(cast, cast.vic)
    assert (archive["photos"], archive["name"]) == (3, f"summer-by-the-lake-{timezone.now():%Y%m%d}.zip")
    without_place = [spliced(content, CUT[Originals.WITHOUT_LOCATION]) for content in (b"first" * 4, b"third" * 4)]
    found = downloaded(cast.vic, archive)
    assert {name: found.read(name) for name in found.namelist()[:3]} == {
        "1 salon-20240714-140000.jpg": without_place[0],
        "2 salon-20240714-120000.webp": b"a picture",
        "3 salon-20240801-080000.jpg": without_place[1],
    }
    found = downloaded(cast.cleo, make(cast, cast.cleo))
    assert [found.read(name) for name in found.namelist()[:3]] == [b"first" * 4, b"second", without_place[1]]
    assert [name[-4:] for name in found.namelist()[:3]] == [".jpg", "heic", ".jpg"]
    assert found.infolist()[0].date_time == (2024, 7, 14, 14, 0, 0)


def test_the_promised_size_is_the_real_one(cast: Cast) -> None:
    some_photos(cast)
    archive = make(cast, cast.vic)
    head = cast.vic.browser.head(archive["address"])
    assert archive["size"] == int(head.headers["Content-Length"]) == len(cast.vic.browser.get(archive["address"]).content)
    assert head.headers["Content-Disposition"] == f'attachment; filename="{archive["name"]}"'


def test_captions_come_along_as_a_table(cast: Cast) -> None:
    some_photos(cast)
    content = downloaded(cast.vic, make(cast, cast.vic)).read("captions.csv").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert rows[0] == ["file", "caption", "description", "taken", "added", "by"]
    assert rows[1][:4] == ["1 salon-20240714-140000.jpg", "'=1+1", 'Über "Wasser",\nLand', "2024-07-14T14:00:00+02:00"]
    assert [row[3] for row in rows[2:]] == ["2024-07-14T12:00:00", ""]
    assert (rows[3][4], [row[5] for row in rows[1:]]) == ("2024-08-01T08:00:00+00:00", ["Cleo", "Cleo", "Mo"])


def test_there_is_no_table_where_nothing_was_said(cast: Cast) -> None:
    photos = some_photos(cast)[1:]
    assert downloaded(cast.vic, make(cast, cast.vic, photos)).namelist() == [
        "1 salon-20240714-120000.webp",
        "2 salon-20240801-080000.jpg",
    ]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_cell_of_the_table_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless(f"a{cell}") == f"a{cell}"


def test_chosen_photos_come_in_the_chosen_order_and_each_once(cast: Cast) -> None:
    first, _, third = some_photos(cast)
    archive = make(cast, cast.mo, [third, first, third])
    found = downloaded(cast.mo, archive)
    assert (archive["photos"], found.namelist()[:2]) == (2, ["1 salon-20240801-080000.jpg", "2 salon-20240714-140000.jpg"])
    assert found.read(found.namelist()[0]) == b"third" * 4


def test_photos_of_other_rooms_removed_ones_and_none_at_all_are_refused(cast: Cast) -> None:
    def refusal(*ids: object, status: int) -> dict[str, Any]:
        return problem(cast.vic.api.post(f"{cast.path}/archives", json={"photos": [str(id) for id in ids]}), status)

    problem(cast.vic.api.post(f"{cast.path}/archives", json={"photos": None}), 422)
    first, *_ = some_photos(cast)
    elsewhere = stored(rooms.create(cast.olive.user, "Elsewhere"), b"secret")
    assert refusal(first.id, elsewhere.id, status=404)["code"] == "not_found"
    refusal(uuid4(), status=404)
    assert refusal(status=422)["field"] == "photos"
    refusal("no id", status=422)
    cast.cleo.api.delete(f"{cast.path}/photos/{first.id}")
    refusal(first.id, status=404)
    assert not Archive.objects.filter(room=cast.room).exists()


def test_an_archive_is_there_for_whoever_made_it_as_long_as_they_are_a_member_and_a_day(cast: Cast) -> None:
    some_photos(cast)
    archive = make(cast, cast.vic)
    with anonymous(cast.vic.server) as visitor:
        for client in (cast.olive.browser, cast.cleo.browser, cast.rita.browser, cast.sam.browser, visitor):
            assert client.get(archive["address"]).status_code == 404
    assert cast.vic.browser.get(archive["address"]).status_code == 200
    row = Archive.objects.filter(pk=archive["id"])
    assert row.get().expires_at - timezone.now() > timedelta(hours=23)
    row.update(expires_at=timezone.now())
    assert cast.vic.browser.get(archive["address"]).status_code == 404
    row.update(expires_at=timezone.now() + timedelta(hours=1))
    assert cast.vic.browser.get(archive["address"]).status_code == 200
    cast.olive.api.delete(f"{cast.path}/members/{cast.vic.user.id}")
    assert cast.vic.browser.get(archive["address"]).status_code == 404


def test_a_broken_download_goes_on_where_it_stopped_and_starts_again_when_the_photos_are_others(cast: Cast) -> None:
    _, second, _ = some_photos(cast)
    address = make(cast, cast.vic)["address"]
    first = cast.vic.browser.get(address)

    def rest(start: int, etag: str) -> httpx.Response:
        return cast.vic.browser.get(address, headers={"Range": f"bytes={start}-", "If-Range": etag})

    for start in range(0, len(first.content), 37):
        response = rest(start, first.headers["ETag"])
        assert (response.status_code, response.content) == (206, first.content[start:])
    assert cast.vic.browser.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    cast.cleo.api.delete(f"{cast.path}/photos/{second.id}")
    changed = rest(100, first.headers["ETag"])
    assert changed.status_code == 200
    assert zipfile.ZipFile(io.BytesIO(changed.content)).namelist()[:2] == ["1 salon-20240714-140000.jpg", "3 salon-20240801-080000.jpg"]


def test_other_words_or_another_policy_make_other_bytes_and_so_another_etag(cast: Cast) -> None:
    first, *_ = some_photos(cast)
    address = make(cast, cast.vic)["address"]
    tags = [cast.vic.browser.head(address).headers["ETag"]]
    cast.cleo.api.patch(f"{cast.path}/photos/{first.id}", json={"caption": "other words"})
    tags.append(cast.vic.browser.head(address).headers["ETag"])
    cast.olive.api.patch(cast.path, json={"originals": "as_is"})
    tags += [cast.vic.browser.head(address).headers["ETag"] for _ in range(2)]
    assert len(set(tags)) == 3
    assert tags[2] == tags[3]


def test_what_is_not_on_the_disk_is_named(cast: Cast) -> None:
    first, second, third = some_photos(cast)
    address = make(cast, cast.vic)["address"]
    files.drop(files.name_of(first, "original"))
    os.truncate(files.path(files.name_of(third, "original")), 3)
    found = zipfile.ZipFile(io.BytesIO(cast.vic.browser.get(address).content))
    assert found.namelist() == ["2 salon-20240714-120000.webp", "missing.txt"]
    assert {"1 salon-20240714-140000.jpg", "3 salon-20240801-080000.jpg"} <= set(found.read("missing.txt").decode().splitlines())
    files.drop(files.name_of(second, "view"))
    found = zipfile.ZipFile(io.BytesIO(cast.vic.browser.get(address).content))
    assert found.read("2 salon-20240714-120000.webp") == b"small"


def many(member: Membership, count: int) -> list[Photo]:
    """Small photos with captions and an edition that is not the file."""
    content = b"twenty bytes exactly"
    edition = spliced(content, CUT[Originals.WITHOUT_LOCATION])
    photos = [made_up_photo(member, seq=1, size=20, state=PhotoState.READY, caption=str(number)) for number in range(count)]
    Photo.objects.bulk_create(photos)
    facts = {"policy": "without_location", "size": len(edition), "crc32": crc32(edition), "pieces": CUT[Originals.WITHOUT_LOCATION]}
    Edition.objects.bulk_create(Edition(photo=photo, **facts) for photo in photos)
    folder = files.path(files.original(member.room_id, photos[0].id)).parent
    folder.mkdir(parents=True, exist_ok=True)
    for photo in photos:
        (folder / str(photo.id)).write_bytes(content)
    return photos


def test_the_pieces_of_hundreds_of_editions_are_read_some_at_a_time(cast: Cast) -> None:
    photos = many(cast.membership(cast.cleo), 250)
    member = cast.membership(cast.vic)
    archive = actions.create(member, [photo.id for photo in reversed(photos)])
    zip = lay_out(member, archive)
    with CaptureQueriesContext(connection) as queries:
        everything = whole(zip)
    assert len([query for query in queries if "pieces" in query["sql"]]) == 3
    with zipfile.ZipFile(io.BytesIO(everything)) as found:
        assert found.testzip() is None
        assert {found.read(name) for name in found.namelist()[:250]} == {spliced(b"twenty bytes exactly", CUT[Originals.WITHOUT_LOCATION])}
    for start in range(0, zip.size, 4999):
        assert whole(lay_out(member, archive), start, min(start + 500, zip.size)) == everything[start : start + 500]


def test_an_edition_that_changed_after_the_layout_is_not_sent(cast: Cast) -> None:
    photo = stored(cast.membership(cast.cleo), b"first" * 4, CUT)
    member = cast.membership(cast.vic)
    archive = actions.create(member, None)
    before, after = lay_out(member, archive), lay_out(member, archive)
    assert len(whole(before)) == before.size
    Edition.objects.filter(photo=photo).update(crc32=1)
    with pytest.raises(OSError, match="changed"):
        whole(after)


def test_making_and_reading_cost_the_same_for_few_and_many_photos(cast: Cast) -> None:
    def ask(count: int) -> tuple[int, int]:
        room = rooms.create(cast.olive.user, f"Room of {count}")
        many(room, count)
        client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {cast.olive.token}"})
        address = f"/api/v1/rooms/{room.room.slug}/archives"
        with CaptureQueriesContext(connection) as making:
            archive = client.post(address, {"photos": None}, content_type="application/json").json()
        assert archive["photos"] == count
        with CaptureQueriesContext(connection) as reading:
            response = client.get(archive["address"], headers={"Range": "bytes=0-999"})
        assert len(response.content) == 1000
        return len(making), len(reading)

    ask(5)  # caches of the process are warm, as they are in a running one
    small, large = ask(10), ask(2 * archives.ASKED_BY_NAME)
    assert small == large
    assert max(small) <= 10

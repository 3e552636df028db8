"""The index: all photos of a room that match, as columns."""

import gzip
import json
import uuid
from base64 import b64decode, urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

import pytest
from django.test import Client

from rooms.actions import photos, reactions
from rooms.index import ratio
from rooms.models import HEART, Membership, Photo
from tests.people import Cast, Person, anonymous, problem
from tests.pictures import picture
from tests.rows import made_up_photo

LONG_AGO = datetime(2024, 8, 14, 21, 30, tzinfo=UTC)


def index(cast: Cast, who: Person | None = None, **query: Any) -> dict[str, Any]:
    answer = (who or cast.vic).api.get(f"{cast.path}/photos/index", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ids(found: dict[str, Any]) -> list[str]:
    text = found["ids"]
    return [str(uuid.UUID(bytes=urlsafe_b64decode(text[at : at + 22] + "=="))) for at in range(0, len(text), 22)]


def moments(found: dict[str, Any]) -> list[datetime]:
    return [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute) for minute in accumulate(found["moments"])]


def added(member: Membership, **fields: Any) -> Photo:
    photo = made_up_photo(member, seq=1, **fields)
    photo.save(force_insert=True)
    return photo


@pytest.fixture
def cleo(cast: Cast) -> Membership:
    return cast.membership(cast.cleo)


def names(*found: Photo) -> list[str]:
    return [str(photo.id) for photo in found]


def test_the_index_has_every_photo_newest_first_and_reads_as_the_pages_do(cast: Cast) -> None:
    for size in ((60, 40), (40, 60), (90, 30)):
        cast.cleo.api.post(f"{cast.path}/photos", files={"file": ("a.jpg", picture(size=size))})
    found, page = index(cast), cast.vic.api.get(f"{cast.path}/photos").json()["items"]
    assert ids(found) == [photo["id"] for photo in page]
    assert (found["total"], found["sort"], found["seq"]) == (3, "added", cast.vic.api.get(cast.path).json()["seq"])
    assert [2 ** ((byte - 128) / 40) for byte in b64decode(found["ratios"])] == pytest.approx([3, 2 / 3, 1.5], rel=0.01)
    for moment, photo in zip(moments(found), page, strict=True):
        assert timedelta() <= datetime.fromisoformat(photo["added_at"]) - moment < timedelta(minutes=1)
    assert found["users"] == {str(cast.cleo.user.id): "Cleo"}


def test_an_empty_room_has_an_empty_index(cast: Cast) -> None:
    assert index(cast) == {"seq": cast.room.seq, "sort": "added", "users": {}, "total": 0, "ids": "", "ratios": "", "moments": []}


def test_what_is_removed_or_elsewhere_is_not_in_it(cast: Cast, cleo: Membership) -> None:
    kept, gone = added(cleo), added(cleo)
    assert ids(index(cast)) == names(gone, kept)
    photos.remove(cleo, gone)
    assert ids(index(cast)) == names(kept)
    other = cast.cleo.api.post("/rooms", json={"name": "Another"}).json()["id"]
    assert cast.cleo.api.get(f"/rooms/{other}/photos/index").json()["total"] == 0


@pytest.mark.parametrize(("size", "byte"), [((1, 1), 128), ((2, 1), 168), ((1, 2), 88), ((100_000, 1), 255), ((1, 100_000), 0)])
def test_a_ratio_is_a_byte_however_long_the_picture(size: tuple[int, int], byte: int) -> None:
    assert ratio(*size) == byte


def test_by_the_time_they_were_taken_the_clock_of_the_place_counts(cast: Cast, cleo: Membership) -> None:
    """Half past nine in Tokyo comes after nine in Lisbon, although it was hours earlier."""
    tokyo = added(cleo, taken_at=LONG_AGO - timedelta(hours=9), taken_zone=540)
    lisbon = added(cleo, taken_at=LONG_AGO - timedelta(minutes=30) - timedelta(hours=1), taken_zone=60)
    unknown = added(cleo)
    unzoned = added(cleo, taken_at=LONG_AGO - timedelta(minutes=15))
    found = index(cast, sort="taken")
    assert ids(found) == names(unknown, tokyo, unzoned, lisbon)
    assert moments(found)[1:] == [LONG_AGO, LONG_AGO - timedelta(minutes=15), LONG_AGO - timedelta(minutes=30)]
    assert timedelta() <= unknown.added_at - moments(found)[0] < timedelta(minutes=1)
    assert ids(index(cast)) == names(unzoned, unknown, lisbon, tokyo)


def test_before_1970_there_were_photos_too(cast: Cast, cleo: Membership) -> None:
    old = datetime(1921, 5, 3, 12, 0, 30, tzinfo=UTC)
    added(cleo, taken_at=old)
    assert moments(index(cast, sort="taken")) == [old.replace(second=0)]


def test_one_person_s_photos(cast: Cast, cleo: Membership) -> None:
    mine = added(cast.membership(cast.mo))
    theirs = added(cleo)
    assert ids(index(cast)) == names(theirs, mine)
    found = index(cast, by=cast.mo.user.id)
    assert ids(found) == names(mine)
    assert found["users"] == {str(cast.mo.user.id): "Mo", str(cast.cleo.user.id): "Cleo"}  # for a menu: not only those found
    assert index(cast, by=uuid.uuid4())["total"] == 0


def test_unseen_are_the_later_ones_of_others(cast: Cast, cleo: Membership) -> None:
    seen, mine, new = added(cleo, added_seq=7), added(cast.membership(cast.mo), added_seq=8), added(cleo, added_seq=9)
    assert ids(index(cast, cast.mo, unseen=7)) == names(new)
    assert ids(index(cast, cast.vic, unseen=7)) == names(new, mine)
    assert ids(index(cast, cast.vic, unseen=0)) == names(new, mine, seen)


def test_favourites_are_those_i_gave_a_heart(cast: Cast, cleo: Membership) -> None:
    loved, liked, _ = added(cleo), added(cleo), added(cleo)
    reactions.add(cast.membership(cast.vic), loved, HEART)
    reactions.add(cast.membership(cast.mo), loved, HEART)
    reactions.add(cast.membership(cast.vic), liked, "👍")
    assert ids(index(cast, favourites=1)) == names(loved)
    assert index(cast, cast.olive, favourites=1)["total"] == 0


@pytest.mark.parametrize(
    "q",
    ["lake", "LAKE boat", "boat lake", "ete", "ÉTÉ", "gro", "GROSSE", "cleo", "2024", "august 2024", "Aug", "2024-08", "2024-08-14",
     "14 august", "lake 2024 cleo", "100%", " lake\x00\t boat ", "ｌａｋｅ", "o'brien", '"', "\\", "湖"],
)  # fmt: skip
def test_what_people_type_finds_what_was_meant(cast: Cast, cleo: Membership, q: str) -> None:
    caption = "Boats on the lake, l'été, with O'Brien \"100%\" \\o/ 湖"
    photo = added(cleo, caption=caption, alt="Größe", taken_at=LONG_AGO)
    added(cast.membership(cast.mo), caption="Something else", taken_at=LONG_AGO - timedelta(days=400))
    assert ids(index(cast, q=q)) == names(photo)


@pytest.mark.parametrize(
    "q",
    ["boats train", "2023", "2024-09", "july", "15 august", "%", "_", "b%t", "b_ats", "ja", "lake' OR '1'='1", "l.ke", "202", "99999", "²"],
)
def test_what_does_not_match_is_not_found(cast: Cast, cleo: Membership, q: str) -> None:
    added(cleo, caption="Boats on the lake", taken_at=LONG_AGO)
    assert index(cast, q="lake")["total"] == 1
    assert index(cast, q=q)["total"] == 0


def test_the_day_is_that_of_the_place(cast: Cast, cleo: Membership) -> None:
    added(cleo, taken_at=LONG_AGO, taken_zone=540)
    assert (index(cast, q="2024-08-15")["total"], index(cast, q="2024-08-14")["total"]) == (1, 0)


def test_many_words_and_none(cast: Cast, cleo: Membership) -> None:
    added(cleo, caption=" ".join("abcdefghij" * 25))
    assert index(cast, q=" ".join("abcdefghij" * 10))["total"] == 1
    assert index(cast, q=" ".join("abcdefghik" * 10))["total"] == 0
    for q in ("", "   ", "\x00\x07"):
        assert index(cast, q=q)["total"] == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("sort", "size"), ("by", "me"), ("unseen", -1), ("unseen", 2**63), ("q", "x" * 201), ("favourites", "perhaps")],
)
def test_a_question_that_is_none_is_refused_in_words(cast: Cast, field: str, value: Any) -> None:
    assert problem(cast.vic.api.get(f"{cast.path}/photos/index", params={field: value}), 422)["field"] == field


def test_whoever_has_it_already_is_not_sent_it_again(cast: Cast, cleo: Membership) -> None:
    path = f"{cast.path}/photos/index"
    first = cast.vic.api.get(path)
    assert first.headers["Cache-Control"] == "private, no-cache"
    known = {"If-None-Match": first.headers["ETag"]}
    again = cast.vic.api.get(path, headers=known)
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert cast.vic.api.get(path, params={"sort": "taken"}, headers=known).status_code == 200
    assert cast.mo.api.get(path, headers=known).status_code == 200  # whose favourites are others
    cast.olive.api.patch(cast.path, json={"name": "Changed"})
    assert cast.vic.api.get(path, headers=known).status_code == 200


def test_a_new_name_is_news_although_no_event_tells_of_it(cast: Cast, cleo: Membership) -> None:
    added(cleo)
    path = f"{cast.path}/photos/index"
    known = {"If-None-Match": cast.vic.api.get(path).headers["ETag"]}
    assert cast.vic.api.get(path, headers=known).status_code == 304
    cast.cleo.user.name = "Cleopatra"
    cast.cleo.user.save(update_fields=["name"])
    assert cast.vic.api.get(path, headers=known).json()["users"] == {str(cast.cleo.user.id): "Cleopatra"}


def test_it_is_compressed_for_whoever_can_read_that_and_other_answers_are_not(cast: Cast, cleo: Membership) -> None:
    for _ in range(20):
        added(cleo)
    client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {cast.vic.token}"})
    path = f"/api/v1{cast.path}/photos/index"
    plain, packed = client.get(path), client.get(path, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert json.loads(gzip.decompress(packed.content)) == plain.json()
    assert packed["ETag"] == plain["ETag"]
    assert "Content-Encoding" not in client.get(f"/api/v1{cast.path}/photos", headers={"Accept-Encoding": "gzip"})


def test_lookup_gives_whole_photos_in_the_order_asked_for(cast: Cast, cleo: Membership) -> None:
    one, two, gone = added(cleo), added(cleo, caption="Two"), added(cleo)
    photos.remove(cleo, gone)
    elsewhere = cast.cleo.api.post("/rooms", json={"name": "Another"}).json()["id"]
    foreign = added(Membership.objects.select_related("room", "user").get(room__slug=elsewhere))
    asked = [*names(two, gone, foreign, one, two), str(uuid.uuid4())]
    answer = cast.vic.api.post(f"{cast.path}/photos/lookup", json={"ids": asked}).json()
    assert answer["next"] is None
    assert answer["items"] == [cast.vic.api.get(f"{cast.path}/photos/{photo.id}").json() for photo in (two, one)]
    assert answer["items"][0]["talk"] is not None
    assert cast.vic.api.post(f"{cast.path}/photos/lookup", json={"ids": []}).json()["items"] == []


def test_lookup_takes_no_more_than_a_page(cast: Cast) -> None:
    for many, status in ((200, 200), (201, 422)):
        answer = cast.vic.api.post(f"{cast.path}/photos/lookup", json={"ids": [str(uuid.uuid4()) for _ in range(many)]})
        assert answer.status_code == status
    assert problem(cast.vic.api.post(f"{cast.path}/photos/lookup", json={"ids": ["x"]}), 422)


def test_a_stranger_learns_nothing_from_the_index(cast: Cast, cleo: Membership) -> None:
    added(cleo)
    for person in (cast.sam, cast.rita):
        problem(person.api.get(f"{cast.path}/photos/index"), 404)
    with anonymous(cast.vic.server) as client:
        problem(client.get(f"/api/v1{cast.path}/photos/index"), 401)

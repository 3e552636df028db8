"""Many photos at once: all of them or none."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from rooms import shown
from rooms.actions import bulk, photos
from rooms.models import Event, Membership, Photo, PhotoState
from salon.errors import ForbiddenError, NotFoundError
from tests.originals import stored
from tests.people import Cast, Person, problem
from tests.pictures import picture
from tests.rows import made_up_photo
from tests.test_sockets import events_until, frame

TAKEN = datetime(2024, 8, 14, 10, 0, tzinfo=UTC)


def add(member: Membership, count: int = 1, **fields: Any) -> list[str]:
    made = [made_up_photo(member, seq=1, state=PhotoState.READY, **fields) for _ in range(count)]
    return [str(photo.id) for photo in Photo.objects.bulk_create(made)]


def ask(cast: Cast, who: Person, what: str, ids: Sequence[str], **fields: Any) -> Any:
    return who.api.post(f"{cast.path}/photos/{what}", json={"ids": ids, **fields})


def shown_ids(cast: Cast) -> set[str]:
    return {photo["id"] for photo in cast.vic.api.get(f"{cast.path}/photos").json()["items"]}


def events(cast: Cast, after: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cast.vic.api.get(f"{cast.path}/events", params={"after": after}).json()["events"]
    return found


def seq(cast: Cast) -> int:
    newest: int = cast.vic.api.get(cast.path).json()["seq"]
    return newest


@pytest.fixture
def cleo(cast: Cast) -> Membership:
    return cast.membership(cast.cleo)


def test_many_are_removed_at_once_with_an_event_for_each(cast: Cast, cleo: Membership) -> None:
    ids, before = add(cleo, 5), seq(cast)
    assert ask(cast, cast.cleo, "remove", ids[:4]).status_code == 204
    assert shown_ids(cast) == {ids[4]}
    told = events(cast, before)
    assert [(event["seq"], event["kind"], event["data"]["id"]) for event in told] == [
        (before + 1 + number, "photo.removed", photo) for number, photo in enumerate(ids[:4])
    ]
    assert {event["actor"]["name"] for event in told} == {"Cleo"}
    assert list(Photo.objects.filter(pk__in=ids[:4]).order_by("seq").values_list("seq", flat=True)) == [event["seq"] for event in told]


def test_all_of_it_is_undone_at_once(cast: Cast, cleo: Membership) -> None:
    ids = add(cleo, 4)
    ask(cast, cast.cleo, "remove", ids)
    before = seq(cast)
    answer = ask(cast, cast.cleo, "restore-many", ids).json()
    assert [photo["id"] for photo in answer["items"]] == ids
    assert shown_ids(cast) == set(ids)
    told = events(cast, before)
    assert [event["kind"] for event in told] == ["photo.restored"] * 4
    assert [event["data"] | {"talk": None} for event in told] == [photo | {"talk": None} for photo in answer["items"]]
    assert all(photo["talk"] for photo in answer["items"])


def test_open_rooms_hear_of_each_although_the_bell_rings_once(cast: Cast, cleo: Membership) -> None:
    ids = add(cleo, 30)
    with cast.vic.socket(cast.slug) as socket:
        start = frame(socket)["seq"]
        ask(cast, cast.cleo, "remove", ids)
        heard = events_until(socket, start + 30)
        assert [event["seq"] for event in heard] == list(range(start + 1, start + 31))
        assert [event["data"]["id"] for event in heard] == ids
        last: int = cast.olive.api.patch(cast.path, json={"name": "And on"}).json()["seq"]
        assert [event["seq"] for event in events_until(socket, last)] == [last]


def test_one_that_is_not_mine_and_all_stay(cast: Cast, cleo: Membership) -> None:
    mine, others = add(cleo, 2), add(cast.membership(cast.mo))
    before = seq(cast)
    for what, more in (("remove", {}), ("edit-many", {"caption": "Ours"})):
        problem(ask(cast, cast.cleo, what, [*mine, *others], **more), 403)
    assert (shown_ids(cast), seq(cast)) == ({*mine, *others}, before)
    assert not Photo.objects.filter(room=cast.room, caption="Ours").exists()
    assert ask(cast, cast.mo, "remove", [*mine, *others]).status_code == 204
    assert shown_ids(cast) == set()


@pytest.mark.parametrize("what", ["remove", "restore-many", "edit-many"])
def test_one_that_is_not_in_the_room_and_all_stay(cast: Cast, cleo: Membership, what: str) -> None:
    mine, hidden = add(cleo, 2), add(cleo, removed_at=timezone.now(), removed_by=cleo.user)
    elsewhere = cast.cleo.api.post("/rooms", json={"name": "Another"}).json()["id"]
    foreign = add(Membership.objects.select_related("room", "user").get(room__slug=elsewhere))
    before = seq(cast)
    some = hidden if what == "restore-many" else mine
    for stranger in (foreign[0], str(uuid.uuid4())):
        problem(ask(cast, cast.cleo, what, [*some, stranger], caption="C"), 404)
    assert (shown_ids(cast), seq(cast)) == (set(mine), before)
    assert ask(cast, cast.cleo, what, some, caption="C").status_code < 300
    assert seq(cast) == before + len(some)


def test_what_a_moderator_took_away_its_uploader_cannot_bring_back(cast: Cast, cleo: Membership) -> None:
    ids = add(cleo, 2)
    ask(cast, cast.mo, "remove", ids[:1])
    ask(cast, cast.cleo, "remove", ids[1:])
    problem(ask(cast, cast.cleo, "restore-many", ids), 404)
    assert shown_ids(cast) == set()
    assert len(ask(cast, cast.mo, "restore-many", ids).json()["items"]) == 2


def test_what_is_so_already_is_told_to_nobody(cast: Cast, cleo: Membership) -> None:
    ids = add(cleo, 3, caption="Same")
    ask(cast, cast.cleo, "remove", ids[:1])
    before = seq(cast)
    assert ask(cast, cast.cleo, "remove", ids[:1]).status_code == 204
    assert ask(cast, cast.cleo, "remove", []).status_code == 204
    assert len(ask(cast, cast.cleo, "restore-many", ids[1:]).json()["items"]) == 2
    assert len(ask(cast, cast.cleo, "edit-many", ids[1:], caption="Same").json()["items"]) == 2
    assert seq(cast) == before
    ask(cast, cast.cleo, "remove", ids)
    assert [event["data"]["id"] for event in events(cast, before)] == ids[1:]


def test_one_whose_bytes_came_again_and_none_comes_back(cast: Cast, cleo: Membership) -> None:
    ids = add(cleo, 3)
    ask(cast, cast.cleo, "remove", ids)
    twin = Photo.objects.get(pk=ids[1])
    add(cleo, sha256=twin.sha256)
    before = seq(cast)
    assert problem(ask(cast, cast.cleo, "restore-many", ids), 409)["code"] == "duplicate"
    assert (len(shown_ids(cast)), seq(cast)) == (1, before)
    assert len(ask(cast, cast.cleo, "restore-many", [ids[0], ids[2]]).json()["items"]) == 2


def test_many_get_one_caption(cast: Cast, cleo: Membership) -> None:
    ids, before = add(cleo, 3), seq(cast)
    answer = ask(cast, cast.cleo, "edit-many", ids, caption="  The lake ").json()["items"]
    assert [photo["caption"] for photo in answer] == ["The lake"] * 3
    assert [event["kind"] for event in events(cast, before)] == ["photo.changed"] * 3
    ask(cast, cast.cleo, "remove", ids[:1])
    problem(ask(cast, cast.cleo, "edit-many", ids, caption="New"), 404)


def test_a_camera_s_clock_is_put_right(cast: Cast, cleo: Membership) -> None:
    dated, undated = add(cleo, 2, taken_at=TAKEN, taken_zone=120), add(cleo, taken_at=None)
    before = seq(cast)
    answer = ask(cast, cast.cleo, "edit-many", [*dated, *undated], shift_minutes=-90).json()["items"]
    assert [(photo["taken_at"], photo["taken_zone"]) for photo in answer] == [("2024-08-14T08:30:00.000Z", 120)] * 2 + [(None, None)]
    assert [event["data"]["id"] for event in events(cast, before)] == dated
    ask(cast, cast.cleo, "edit-many", [*dated, *undated], shift_minutes=90)
    assert set(Photo.objects.filter(pk__in=dated).values_list("taken_at", flat=True)) == {TAKEN}


@pytest.mark.parametrize(
    ("said", "zone", "moment"),
    [
        ("2024-08-14T12:00", None, "2024-08-14T12:00:00.000Z"),
        ("2024-08-14T12:00", 120, "2024-08-14T10:00:00.000Z"),
        ("2024-08-14T12:00Z", 120, "2024-08-14T12:00:00.000Z"),
        ("2024-08-14T12:00+05:00", 120, "2024-08-14T07:00:00.000Z"),
        (None, 120, None),
    ],
)
def test_a_date_without_a_zone_is_meant_on_the_clock_of_the_place(
    cast: Cast, cleo: Membership, said: str | None, zone: int | None, moment: str | None
) -> None:
    one, many = add(cleo, 2, taken_at=TAKEN + timedelta(days=9), taken_zone=zone)
    edited = cast.cleo.api.patch(f"{cast.path}/photos/{one}", json={"taken_at": said}).json()
    assert (edited["taken_at"], edited["taken_zone"]) == (moment, zone)
    (other,) = ask(cast, cast.cleo, "edit-many", [many], taken_at=said).json()["items"]
    assert (other["taken_at"], other["taken_zone"]) == (moment, zone)


@pytest.mark.parametrize(
    "fields",
    [{"taken_at": "0001-01-01T00:00"}, {"taken_at": "9999-12-31T23:59:59Z"}, {"taken_at": "soon"}, {"taken_at": "1799-12-31T00:00"},
     {"shift_minutes": 105_000_000}, {"shift_minutes": 10**12}, {"shift_minutes": 1.5}, {"taken_at": None, "shift_minutes": 1}],
)  # fmt: skip
def test_a_date_that_cannot_be_changes_nothing(cast: Cast, cleo: Membership, fields: dict[str, Any]) -> None:
    ids = add(cleo, 2, taken_at=datetime(2900, 1, 1, tzinfo=UTC))
    problem(ask(cast, cast.cleo, "edit-many", ids, **fields), 422)
    assert list(Photo.objects.filter(pk__in=ids).values_list("taken_at", flat=True)) == [datetime(2900, 1, 1, tzinfo=UTC)] * 2


def test_no_more_than_five_hundred(cast: Cast, cleo: Membership) -> None:
    ids = add(cleo, 501)
    for what in ("remove", "restore-many", "edit-many"):
        assert problem(ask(cast, cast.cleo, what, ids), 422)["field"] == "ids"
    before = seq(cast)
    assert ask(cast, cast.cleo, "remove", ids[1:]).status_code == 204
    assert (seq(cast), shown_ids(cast)) == (before + 500, {ids[0]})
    assert len(ask(cast, cast.cleo, "restore-many", ids[1:]).json()["items"]) == 500
    assert Event.objects.filter(room=cast.room, seq__gt=before).count() == 1000


def test_a_viewer_and_somebody_who_was_demoted_meanwhile_change_nothing(cast: Cast, cleo: Membership) -> None:
    ids = [uuid.UUID(photo) for photo in add(cleo, 2)]
    mo = cast.membership(cast.mo)  # as read before the lock
    cast.olive.api.patch(f"{cast.path}/members/{cast.mo.user.id}", json={"role": "viewer"})
    with pytest.raises(ForbiddenError):
        bulk.remove_many(mo, ids)
    cast.olive.api.delete(f"{cast.path}/members/{cast.mo.user.id}")
    with pytest.raises(NotFoundError):
        bulk.edit_many(mo, ids, caption="Mine")
    assert len(shown_ids(cast)) == 2


def test_their_pictures_lose_the_names_by_which_a_web_server_finds_them(cast: Cast, cleo: Membership) -> None:
    hung = [stored(cleo, picture(), pictures={"grid": picture("WEBP", size=(40, 30))}) for _ in range(2)]
    for photo in hung:
        shown.show(photo, "grid")
    assert all(shown_file(photo) for photo in hung)
    bulk.remove_many(cleo, [photo.id for photo in hung])
    assert not any(shown_file(photo) for photo in hung)


def shown_file(photo: Photo) -> bool:
    from rooms import files

    return files.exists(shown.name(photo, "grid"))


def test_an_edit_that_changes_nothing_is_no_event(cast: Cast, cleo: Membership) -> None:
    (one,) = add(cleo, caption="Same")
    before = seq(cast)
    assert cast.cleo.api.patch(f"{cast.path}/photos/{one}", json={"caption": "Same", "alt": None}).json()["caption"] == "Same"
    assert seq(cast) == before
    photos.edit(cleo, Photo.objects.select_related("room").get(pk=one), caption="Other")
    assert seq(cast) == before + 1

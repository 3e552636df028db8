"""Members ask those who curate to look at a photo or a comment."""

import uuid
from typing import Any

import pytest

from rooms.actions import reports
from rooms.models import Event, Membership, Photo, Report, Role
from salon.errors import ForbiddenError
from tests.people import Cast, Person, problem
from tests.rows import made_up_photo


@pytest.fixture
def photo(cast: Cast) -> str:
    made = made_up_photo(cast.membership(cast.cleo), seq=1)
    made.save(force_insert=True)
    return str(made.id)


def report(cast: Cast, who: Person, photo: str, status: int = 201, **body: Any) -> dict[str, Any]:
    answer = who.api.post(f"{cast.path}/photos/{photo}/report", json=body)
    assert answer.status_code == status, answer.text
    said: dict[str, Any] = answer.json()
    return said


def comment(cast: Cast, who: Person, photo: str) -> str:
    made: str = who.api.post(f"{cast.path}/photos/{photo}/comments", json={"text": "Rude words"}).json()["id"]
    return made


def listed(cast: Cast, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cast.mo.api.get(f"{cast.path}/reports", params=query).json()["items"]
    return found


def counted(cast: Cast, *people: Person) -> list[int]:
    return [person.api.get(cast.path).json()["reports"] for person in people]


def test_who_curates_sees_what_was_reported_and_others_do_not(cast: Cast, photo: str) -> None:
    made = report(cast, cast.vic, photo, reason="  That is my garden ")
    assert made["reason"] == "That is my garden"
    (found,) = listed(cast)
    assert (found["id"], found["photo"]["id"], found["reporter"]["name"], found["comment"]) == (made["id"], photo, "Vic", None)
    assert counted(cast, cast.olive, cast.mo, cast.cleo, cast.vic) == [1, 1, 0, 0]
    assert [room["reports"] for room in cast.mo.api.get("/rooms").json()["items"]] == [1]
    problem(cast.vic.api.get(f"{cast.path}/reports"), 403)


def test_a_report_is_between_the_two_sides(cast: Cast, photo: str) -> None:
    before = Event.objects.filter(room=cast.room).count()
    made = report(cast, cast.vic, photo)
    cast.mo.api.post(f"{cast.path}/reports/{made['id']}/settle")
    assert Event.objects.filter(room=cast.room).count() == before


def test_asking_again_makes_no_second_report(cast: Cast, photo: str) -> None:
    first = report(cast, cast.vic, photo, reason="One")
    assert report(cast, cast.vic, photo, 200, reason="Two") == first
    said = comment(cast, cast.cleo, photo)
    assert report(cast, cast.vic, photo, comment=said)["comment"]["text"] == "Rude words"
    report(cast, cast.vic, photo, 200, comment=said)
    report(cast, cast.olive, photo)
    assert [found["reporter"]["name"] for found in listed(cast)] == ["Vic", "Vic", "Olive"]


def test_a_settled_report_is_done_and_may_be_made_anew(cast: Cast, photo: str) -> None:
    made = report(cast, cast.vic, photo)
    for person in (cast.mo, cast.olive):  # the second one changes nothing
        assert person.api.post(f"{cast.path}/reports/{made['id']}/settle").status_code == 204
    settled = Report.objects.get(pk=made["id"])
    assert (settled.settled_by, settled.settled_at is not None) == (cast.mo.user, True)
    assert (listed(cast), counted(cast, cast.mo)) == ([], [0])
    assert report(cast, cast.vic, photo)["id"] != made["id"]


def test_what_is_removed_needs_no_looking_at_until_it_comes_back(cast: Cast, photo: str) -> None:
    said = comment(cast, cast.cleo, photo)
    report(cast, cast.vic, photo)
    report(cast, cast.vic, photo, comment=said)
    assert counted(cast, cast.mo) == [2]
    assert cast.mo.api.delete(f"{cast.path}/photos/{photo}/comments/{said}").status_code == 204
    assert (counted(cast, cast.mo), [found["comment"] for found in listed(cast)]) == ([1], [None])
    cast.mo.api.delete(f"{cast.path}/photos/{photo}")
    assert (counted(cast, cast.mo), listed(cast)) == ([0], [])
    cast.mo.api.post(f"{cast.path}/photos/{photo}/restore")
    assert counted(cast, cast.mo) == [1]


def test_only_what_is_shown_in_the_room_can_be_reported(cast: Cast, photo: str) -> None:
    other = made_up_photo(cast.membership(cast.cleo), seq=1)
    other.save(force_insert=True)
    said = comment(cast, cast.cleo, str(other.id))
    for one, body in ((str(uuid.uuid4()), {}), (photo, {"comment": said}), (photo, {"comment": str(uuid.uuid4())})):
        problem(cast.vic.api.post(f"{cast.path}/photos/{one}/report", json=body), 404)
    assert problem(cast.vic.api.post(f"{cast.path}/photos/{photo}/report", json={"reason": "x" * 501}), 422)["field"] == "reason"
    cast.cleo.api.delete(f"{cast.path}/photos/{photo}")
    problem(cast.vic.api.post(f"{cast.path}/photos/{photo}/report", json={}), 404)
    assert not Report.objects.filter(room=cast.room).exists()


def test_a_report_of_another_room_cannot_be_settled_from_here(cast: Cast, photo: str) -> None:
    made = report(cast, cast.vic, photo)
    mine = cast.sam.api.post("/rooms", json={"name": "Mine"}).json()["id"]
    problem(cast.sam.api.post(f"/rooms/{mine}/reports/{made['id']}/settle"), 404)
    assert Report.objects.get(pk=made["id"]).settled_at is None


def test_whoever_was_demoted_meanwhile_settles_nothing(cast: Cast, photo: str) -> None:
    made = Report.objects.get(pk=report(cast, cast.vic, photo)["id"])
    mo = cast.membership(cast.mo)
    Membership.objects.filter(pk=mo.pk).update(role=Role.VIEWER)
    with pytest.raises(ForbiddenError):
        reports.settle(mo, made)
    made.refresh_from_db()
    assert made.settled_at is None


def test_reports_come_in_pages(cast: Cast) -> None:
    member, vic = cast.membership(cast.cleo), cast.membership(cast.vic)
    photos = Photo.objects.bulk_create(made_up_photo(member, seq=1) for _ in range(3))
    made = [str(reports.make(vic, photo)[0].id) for photo in photos]
    first = cast.mo.api.get(f"{cast.path}/reports", params={"limit": 2}).json()
    assert [found["id"] for found in first["items"]] == made[:2]
    last = cast.mo.api.get(f"{cast.path}/reports", params={"after": first["next"]}).json()
    assert ([found["id"] for found in last["items"]], last["next"]) == (made[2:], None)

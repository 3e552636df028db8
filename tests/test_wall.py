"""The wall of a room: what hangs there, who steers it, and how a screen hears of what is new."""

from typing import Any
from uuid import uuid4

import pytest

from rooms import journal
from rooms.actions import invites as invite_actions
from rooms.actions import wall as actions
from rooms.models import Event, Invite, Kind, Photo, PhotoState, Screen
from rooms.wall import PAGE
from tests.people import Cast, Person, open_socket, problem
from tests.pictures import picture
from tests.rows import made_up_photo
from tests.test_sockets import any_frame, frame


def add(cast: Cast, person: Person | None = None, **fields: str) -> dict[str, Any]:
    files = {"file": (f"{uuid4()}.jpg", picture(size=(60, 40)))}
    photo: dict[str, Any] = (person or cast.cleo).api.post(f"{cast.path}/photos", files=files, data=fields).json()
    return photo


def feed(person: Person, cast: Cast, **parameters: Any) -> dict[str, Any]:
    answer = person.api.get(f"{cast.path}/wall/feed", params=parameters)
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


def steer(person: Person, cast: Cast, **wish: Any) -> dict[str, Any]:
    answer = person.api.patch(f"{cast.path}/wall", json=wish)
    assert answer.status_code == 200, answer.text
    state: dict[str, Any] = answer.json()
    return state


def newest(cast: Cast) -> int:
    return journal.newest_of(cast.room.id)


def test_a_wall_shows_what_is_ready_with_who_what_and_when(cast: Cast) -> None:
    photo = add(cast, caption="At the pier")
    developing = made_up_photo(cast.membership(cast.cleo), seq=1, state=PhotoState.DEVELOPING)
    developing.save()
    read = feed(cast.vic, cast)
    assert (read["reset"], read["next"], read["gone"], read["name"]) == (True, None, [], cast.room.name)
    (hung,) = read["photos"]
    assert hung == {name: photo[name] for name in ("id", "caption", "alt", "width", "height", "taken_at", "taken_zone", "thumbhash")} | {
        "by": "Cleo",
        "added_at": photo["added_at"],
        "animated": False,
        "grid": photo["media"]["grid"],
        "view": photo["media"]["view"],
    }


def test_a_wall_that_was_away_reads_only_what_has_changed(cast: Cast) -> None:
    kept, gone = add(cast), add(cast)
    seq = feed(cast.vic, cast)["seq"]
    assert feed(cast.vic, cast, after=seq)["photos"] == []
    cast.cleo.api.patch(f"{cast.path}/photos/{kept['id']}", json={"caption": "Later"})
    cast.cleo.api.delete(f"{cast.path}/photos/{gone['id']}")
    new = add(cast)
    read = feed(cast.vic, cast, after=seq)
    assert (read["reset"], read["seq"], read["gone"]) == (False, newest(cast), [gone["id"]])
    assert {photo["id"]: photo["caption"] for photo in read["photos"]} == {kept["id"]: "Later", new["id"]: ""}


def test_a_removed_photo_is_gone_from_a_wall_that_was_away_even_if_its_row_is(cast: Cast) -> None:
    photo = add(cast)
    seq = feed(cast.vic, cast)["seq"]
    cast.cleo.api.delete(f"{cast.path}/photos/{photo['id']}")
    cast.cleo.api.delete(f"{cast.path}/removed/{photo['id']}")
    assert not Photo.objects.filter(pk=photo["id"]).exists()
    assert feed(cast.vic, cast, after=seq)["gone"] == [photo["id"]]


def test_a_wall_that_was_away_longer_than_the_journal_reads_everything(cast: Cast) -> None:
    photo = add(cast)
    Event.objects.filter(room=cast.room, seq__lte=4).delete()
    read = feed(cast.vic, cast, after=2)
    assert (read["reset"], [photo["id"] for photo in read["photos"]]) == (True, [photo["id"]])


def test_a_large_room_and_a_long_absence_come_in_pages(cast: Cast) -> None:
    member = cast.membership(cast.olive)
    room = member.room
    photos = [made_up_photo(member, seq=room.seq, state=PhotoState.READY) for _ in range(PAGE + 3)]
    Photo.objects.bulk_create(photos)
    first = feed(cast.vic, cast)
    second = feed(cast.vic, cast, before=first["next"])
    assert (len(first["photos"]), second["next"]) == (PAGE, None)
    assert [photo["id"] for photo in (*first["photos"], *second["photos"])] == [str(photo.id) for photo in reversed(photos)]

    seq = first["seq"]
    for _ in range(PAGE + 3):
        with journal.record(room, Kind.ROOM_CHANGED, member.user) as entry:
            entry.data = {}
    read = feed(cast.vic, cast, after=seq)
    assert (read["seq"], read["next"]) == (seq + PAGE, str(seq + PAGE))
    read = feed(cast.vic, cast, after=read["seq"])
    assert (read["seq"], read["next"]) == (newest(cast), None)


def test_who_moderates_steers_and_everybody_hears_of_it(cast: Cast) -> None:
    photo = add(cast)
    before = newest(cast)
    assert steer(cast.mo, cast, paused=True) == {"pinned": None, "paused": True, "skips": 0, "code": False}
    assert steer(cast.mo, cast, pinned=photo["id"])["pinned"] == photo["id"]
    state = steer(cast.mo, cast, skip=True)
    assert state == {"pinned": None, "paused": True, "skips": 1, "code": False}  # going on lets go of what was pinned
    assert cast.vic.api.get(f"{cast.path}/wall").json() == state
    events = cast.vic.api.get(f"{cast.path}/events", params={"after": before}).json()["events"]
    assert [event["kind"] for event in events] == ["wall.changed"] * 3
    assert events[-1]["data"] == state
    assert feed(cast.vic, cast)["wall"] == state
    assert newest(cast) == before + 3
    steer(cast.mo, cast, paused=True)
    assert newest(cast) == before + 3  # what changes nothing is not told of


def test_only_what_hangs_in_this_room_can_be_pinned(cast: Cast) -> None:
    mine, gone = add(cast), add(cast)
    other = cast.olive.api.post("/rooms", json={"name": "Elsewhere"}).json()["id"]
    foreign = cast.olive.api.post(f"/rooms/{other}/photos", files={"file": ("a.jpg", picture())}).json()
    cast.cleo.api.delete(f"{cast.path}/photos/{gone['id']}")
    failed = made_up_photo(cast.membership(cast.cleo), seq=1, state=PhotoState.FAILED)
    failed.save()
    for photo, code in ((foreign["id"], 404), (gone["id"], 404), (str(uuid4()), 404), (str(failed.id), 422)):
        problem(cast.mo.api.patch(f"{cast.path}/wall", json={"pinned": photo}), code)
    steer(cast.mo, cast, pinned=mine["id"])
    cast.cleo.api.delete(f"{cast.path}/photos/{mine['id']}")
    assert cast.vic.api.get(f"{cast.path}/wall").json()["pinned"] is None
    cast.cleo.api.post(f"{cast.path}/photos/{mine['id']}/restore")
    assert cast.vic.api.get(f"{cast.path}/wall").json()["pinned"] == mine["id"]


def test_only_the_owner_decides_whether_the_wall_lets_people_in(cast: Cast) -> None:
    assert problem(cast.mo.api.patch(f"{cast.path}/wall", json={"code": True}), 403)["code"] == "forbidden"
    assert not Invite.objects.filter(room=cast.room, label=actions.LABEL).exists()
    steer(cast.olive, cast, code=True)
    invite = Invite.objects.get(room=cast.room, label=actions.LABEL)
    assert (invite.role, invite.created_by_id) == ("contributor", cast.olive.user.id)
    steer(cast.olive, cast, code=True)  # again makes no second one
    assert Invite.objects.filter(room=cast.room, label=actions.LABEL).count() == 1
    assert feed(cast.mo, cast)["join"].endswith(f"/join/{invite.token}")

    # A member who may not invite does not get a link by way of the wall; nor is it in the journal.
    assert cast.cleo.api.get(f"{cast.path}/invites").status_code == 403
    for person in (cast.cleo, cast.vic):
        answers = [person.api.get(f"{cast.path}/{path}") for path in ("wall", "wall/feed", "events")]
        assert {answer.status_code for answer in answers} == {200}
        assert not any(invite.token in answer.text or str(invite.id) in answer.text for answer in answers)

    assert steer(cast.olive, cast, code=False)["code"] is False
    invite.refresh_from_db()
    assert invite.revoked_at is not None
    assert feed(cast.mo, cast)["join"] is None


def test_a_link_that_was_revoked_elsewhere_is_not_shown_any_more_and_can_be_made_anew(cast: Cast) -> None:
    steer(cast.olive, cast, code=True)
    invite_actions.revoke(Invite.objects.get(room=cast.room, label=actions.LABEL))
    read = feed(cast.mo, cast)
    assert (read["join"], read["wall"]["code"]) == (None, False)
    assert steer(cast.olive, cast, code=True)["code"] is True
    assert feed(cast.mo, cast)["join"] is not None


def wall_socket(person: Person, cast: Cast) -> Any:
    return open_socket(person.server, f"{cast.slug}/wall", {"Authorization": f"Bearer {person.token}"})


def test_a_wall_is_told_that_something_is_new_and_not_what(cast: Cast) -> None:
    with wall_socket(cast.vic, cast) as socket, cast.mo.socket(cast.slug) as other:
        assert frame(socket) == {"type": "hello", "room": cast.slug, "seq": newest(cast)}
        frame(other)
        cast.olive.api.post(f"{cast.path}/invites", json={})
        cast.olive.api.patch(f"{cast.path}/members/{cast.cleo.user.id}", json={"role": "viewer"})  # not a wall's business
        seq = cast.olive.api.patch(cast.path, json={"name": "Autumn"}).json()["seq"]
        heard = any_frame(socket)
        while heard["seq"] < seq - 1:  # the member's own arrival may still be on its way
            heard = any_frame(socket)
        assert heard == {"type": "wall", "seq": seq}


def test_who_looks_at_a_wall_is_not_told_of_as_somebody_who_is_here(cast: Cast) -> None:
    with wall_socket(cast.vic, cast) as wall, cast.mo.socket(cast.slug) as socket:
        frame(wall)
        heard = any_frame(socket)
        while heard["type"] != "presence":
            heard = any_frame(socket)
        assert [person["name"] for person in heard["people"]] == ["Mo"]


@pytest.mark.parametrize(("who", "code"), [("olive", 201), ("mo", 201), ("cleo", 403), ("vic", 403), ("rita", 404), ("sam", 404)])
def test_owners_and_moderators_hang_screens_and_see_them_without_their_keys(cast: Cast, who: str, code: int) -> None:
    person: Person = getattr(cast, who)
    made = person.api.post(f"{cast.path}/screens", json={"label": "Hall"})
    assert made.status_code == code
    if code == 201:
        key = made.json()["url"].rpartition("/")[2]
        assert len(key) == 43
        assert Screen.objects.get(pk=made.json()["id"]).digest != key
        listed = person.api.get(f"{cast.path}/screens")
        assert [screen["label"] for screen in listed.json()["items"]] == ["Hall"]
        assert key not in listed.text
        assert person.api.delete(f"{cast.path}/screens/{made.json()['id']}").status_code == 204
        assert person.api.get(f"{cast.path}/screens").json()["items"] == []

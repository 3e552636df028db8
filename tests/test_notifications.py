"""What people are told: read from the journal, a burst once, and nothing that they have seen."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from rooms.models import Attention, Notification, Told
from rooms.notifications import fold, rounds, settle
from tests.people import Cast, Person, problem
from tests.pictures import picture
from tests.services import wait_until


def add(person: Person, cast: Cast, number: int = 1) -> str:
    for _ in range(number):
        answer = person.api.post(f"{cast.path}/photos", files={"file": ("a.jpg", picture(size=(60, 40)))})
        assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def say(person: Person, cast: Cast, photo: str, text: str, parent: str | None = None) -> str:
    answer = person.api.post(f"{cast.path}/photos/{photo}/comments", json={"text": text, "parent": parent})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def told(person: Person, lines: int) -> list[dict[str, Any]]:
    """Their list, as soon as it has so many lines. The server's own worker goes the round as well; whoever comes first does it."""
    found: list[dict[str, Any]] = []

    def has_come() -> bool:
        fold.fold_all()
        found[:] = person.api.get("/notifications").json()["items"]
        return len(found) >= lines

    wait_until("they are told", has_come)
    assert len(found) == lines
    return found


def told_all(cast: Cast) -> None:
    def is_told() -> bool:
        fold.fold_all()
        cast.room.refresh_from_db()
        return Told.objects.get(room=cast.room).seq == cast.room.seq

    cast.room.refresh_from_db()
    wait_until("the journal is read", is_told)


def settled(cast: Cast, age: timedelta) -> None:
    """As if everything had happened so long ago, and the worker had come round."""
    Notification.objects.filter(room=cast.room, settled_at=None).update(at=timezone.now() - age, first_at=timezone.now() - age)
    settle.settle_all()


def test_a_burst_of_photos_is_one_line_for_everybody_else(cast: Cast) -> None:
    newest = add(cast.cleo, cast, 3)
    (line,) = told(cast.vic, 1)
    told_all(cast)
    line = cast.vic.api.get("/notifications").json()["items"][0]
    assert (line["text"], line["count"], line["photo"], line["read"]) == ("Cleo added 3 photos", 3, newest, False)
    assert line["path"] == f"/rooms/{cast.slug}"
    assert cast.vic.browser.get(line["thumb"]).status_code == 200
    assert cast.cleo.api.get("/notifications").json()["items"] == []
    assert cast.sam.api.get("/notifications").json()["items"] == []
    assert cast.rita.api.get("/notifications").json()["items"] == []


def test_photos_of_two_people_are_two_lines_and_a_later_burst_is_another(cast: Cast) -> None:
    add(cast.cleo, cast)
    add(cast.mo, cast)
    told(cast.vic, 2)
    settled(cast, timedelta(minutes=1))
    add(cast.cleo, cast)
    assert [line["text"] for line in told(cast.vic, 3)] == ["Cleo added a photo", "Mo added a photo", "Cleo added a photo"]


def test_what_is_said_to_somebody_is_told_once_and_for_the_best_reason(cast: Cast) -> None:
    photo = add(cast.cleo, cast)
    first = say(cast.vic, cast, photo, "Lovely")
    say(cast.mo, cast, photo, f"@[{cast.cleo.user.id}] where was\n  that?", first)
    texts = [line["text"] for line in told(cast.cleo, 2)]
    assert texts == ["Mo mentioned you: @Cleo where was that?", "Vic commented on your photo: Lovely"]
    lines = told(cast.vic, 2)
    assert [line["about"] for line in lines] == ["answer", "photos"]
    assert lines[0]["path"] == f"/rooms/{cast.slug}?photo={photo}&talk"


def test_a_comment_that_is_taken_back_is_told_no_more(cast: Cast) -> None:
    photo = add(cast.cleo, cast)
    comment = say(cast.vic, cast, photo, "Oops")
    told(cast.cleo, 1)
    assert cast.vic.api.delete(f"{cast.path}/photos/{photo}/comments/{comment}").status_code == 204
    told_all(cast)
    assert cast.cleo.api.get("/notifications").json()["items"] == []


def test_with_a_photo_that_is_removed_goes_what_was_said_of_it(cast: Cast) -> None:
    photo = add(cast.cleo, cast)
    say(cast.cleo, cast, photo, f"@[{cast.vic.user.id}] a secret")
    assert "a secret" in told(cast.vic, 2)[0]["text"]
    assert cast.cleo.api.delete(f"{cast.path}/photos/{photo}").status_code == 204
    line = cast.vic.api.get("/notifications").json()["items"][0]
    assert (line["text"], line["thumb"]) == ("Cleo mentioned you: …", None)


def test_hearts_are_counted_quietly(cast: Cast) -> None:
    photo = add(cast.cleo, cast)
    for person in (cast.vic, cast.mo):
        assert person.api.put(f"{cast.path}/photos/{photo}/reactions/❤️").status_code == 200
    told_all(cast)
    (line,) = told(cast.cleo, 1)
    assert line["text"] == "Mo and others reacted to your photo"
    assert Notification.objects.get(pk=line["id"]).settled_at is not None


@pytest.mark.parametrize(("level", "abouts"), [("all", {"photos", "mention"}), ("mentions", {"mention"}), ("none", set())])
def test_everybody_hears_what_they_asked_for(cast: Cast, level: str, abouts: set[str]) -> None:
    assert cast.vic.api.put(f"{cast.path}/notify", json={"level": level}).status_code == 204
    assert cast.vic.api.get(cast.path).json()["notify"] == level
    assert cast.mo.api.get(cast.path).json()["notify"] == "all"
    photo = add(cast.cleo, cast)
    say(cast.cleo, cast, photo, f"For @[{cast.vic.user.id}]")
    told_all(cast)
    assert {line["about"] for line in cast.vic.api.get("/notifications").json()["items"]} == abouts


def test_whoever_has_seen_the_photos_in_the_room_has_read_of_them(cast: Cast) -> None:
    add(cast.cleo, cast)
    told(cast.vic, 1)
    seq = cast.vic.api.get(cast.path).json()["seq"]
    assert cast.vic.api.put(f"{cast.path}/read", json={"seq": seq}).status_code == 204
    settled(cast, timedelta(minutes=1))
    wait_until("it counts as read", lambda: cast.vic.api.get("/notifications").json()["unread"] == 0)
    assert cast.mo.api.get("/notifications").json()["unread"] == 1


def test_quiet_hours_keep_a_burst_open(cast: Cast) -> None:
    now = timezone.now()
    around = {"quiet_from": (now - timedelta(hours=1)).time(), "quiet_to": (now + timedelta(hours=1)).time()}
    Attention.objects.create(user=cast.vic.user, **around)
    add(cast.cleo, cast)
    told(cast.vic, 1)
    told(cast.mo, 1)
    settled(cast, timedelta(minutes=1))
    mine = {line.user_id: line.settled_at for line in Notification.objects.filter(room=cast.room)}
    wait_until("the others' is settled", lambda: Notification.objects.get(room=cast.room, user=cast.mo.user).settled_at is not None)
    assert mine[cast.vic.user.id] is None
    Attention.objects.update(quiet_from=None)
    settle.settle_all()
    wait_until("hers is, too", lambda: Notification.objects.get(room=cast.room, user=cast.vic.user).settled_at is not None)


@pytest.mark.once
@pytest.mark.parametrize(
    ("start", "end", "clock", "quiet"),
    [
        (22, 7, 23, True),
        (22, 7, 6, True),
        (22, 7, 7, False),
        (22, 7, 12, False),
        (13, 15, 14, True),
        (13, 15, 15, False),
        (None, 7, 3, False),
    ],
)
def test_quiet_hours_go_over_midnight_and_by_the_persons_clock(start: int | None, end: int, clock: int, quiet: bool) -> None:
    attention = Attention(quiet_from=None if start is None else time(start), quiet_to=time(end), time_zone="Asia/Tokyo")
    there = datetime(2026, 3, 1, clock, 0, tzinfo=timezone.get_fixed_timezone(9 * 60))
    assert settle.is_quiet(attention, there) is quiet


def test_reading_one_and_reading_all(cast: Cast) -> None:
    add(cast.cleo, cast)
    add(cast.mo, cast)
    first, _ = told(cast.vic, 2)
    assert cast.vic.api.post("/notifications/read", json={"ids": [first["id"]]}).status_code == 204
    assert cast.olive.api.post("/notifications/read", json={}).status_code == 204
    answer = cast.vic.api.get("/notifications").json()
    assert (answer["unread"], [line["read"] for line in answer["items"]]) == (1, [True, False])
    assert cast.vic.api.post("/notifications/read", json={}).status_code == 204
    assert cast.vic.api.get("/notifications").json()["unread"] == 0


def test_whoever_leaves_is_told_nothing_more_of_the_room(cast: Cast) -> None:
    add(cast.cleo, cast)
    told(cast.vic, 1)
    assert cast.vic.api.delete(f"{cast.path}/members/{cast.vic.user.id}").status_code == 204
    assert cast.vic.api.get("/notifications").json() == {"items": [], "next": None, "unread": 0}
    settled(cast, timedelta(minutes=1))
    wait_until("nothing is kept", lambda: not Notification.objects.filter(room=cast.room, user=cast.vic.user).exists())


def test_the_list_comes_in_pages(cast: Cast) -> None:
    for person in (cast.cleo, cast.mo, cast.olive):
        add(person, cast)
    told(cast.vic, 3)
    first = cast.vic.api.get("/notifications", params={"limit": 2}).json()
    rest = cast.vic.api.get("/notifications", params={"limit": 2, "before": first["next"]}).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)


def test_settings_are_kept_and_checked(cast: Cast) -> None:
    path = "/notifications/settings"
    assert cast.vic.api.get(path).json()["digest"] == "daily"
    said = {"quiet_from": "22:00", "quiet_to": "07:30", "time_zone": "Europe/Vienna", "digest": "weekly"}
    assert cast.vic.api.patch(path, json=said).status_code == 200
    assert cast.vic.api.patch(path, json={"quiet_from": None}).json()["quiet_from"] is None
    kept = cast.vic.api.get(path).json()
    assert (kept["quiet_to"], kept["time_zone"], kept["digest"]) == ("07:30:00", "Europe/Vienna", "weekly")
    for wrong in ({"time_zone": "Europe/Atlantis"}, {"digest": "hourly"}, {"quiet_from": "25:00"}):
        assert problem(cast.vic.api.patch(path, json=wrong), 422)["field"] == next(iter(wrong))
    assert cast.mo.api.get(path).json()["time_zone"] == "UTC"


def test_old_lines_are_forgotten(cast: Cast) -> None:
    add(cast.cleo, cast)
    told(cast.vic, 1)
    Notification.objects.filter(room=cast.room, user=cast.vic.user).update(at=timezone.now() - rounds.KEPT - timedelta(days=1))
    rounds.forget_old()
    assert cast.vic.api.get("/notifications").json()["items"] == []
    assert Notification.objects.filter(room=cast.room, user=cast.mo.user).exists()

"""What somebody has seen of a room, on whatever device."""

import asyncio
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from rooms.actions import reading
from rooms.live.gathering import Gathering
from rooms.live.seat import Seat
from rooms.live.standing import Standing
from rooms.models import Event, Membership
from tests.people import Cast, Person, problem
from tests.pictures import picture
from tests.test_gathering import QuietHub, Record, seat_for
from tests.test_sockets import events_until, frame, rename


def add(cast: Cast, who: Person) -> dict[str, Any]:
    answer = who.api.post(f"{cast.path}/photos", files={"file": ("a.jpg", picture(size=(60, 40)))})
    assert answer.status_code == 201
    photo: dict[str, Any] = answer.json()
    return photo


def read(cast: Cast, who: Person, seq: int) -> None:
    assert who.api.put(f"{cast.path}/read", json={"seq": seq}).status_code == 204


def room(cast: Cast, who: Person) -> dict[str, Any]:
    answer: dict[str, Any] = who.api.get(cast.path).json()
    return answer


def unread(cast: Cast, *people: Person) -> list[int]:
    return [room(cast, person)["unread"] for person in people]


def test_photos_of_others_are_unread_until_they_were_seen(cast: Cast) -> None:
    assert unread(cast, cast.vic, cast.mo, cast.cleo) == [0, 0, 0]
    first = add(cast, cast.cleo)
    add(cast, cast.mo)
    assert unread(cast, cast.vic, cast.mo, cast.cleo) == [2, 1, 1]
    read(cast, cast.vic, first["seq"])
    assert unread(cast, cast.vic, cast.mo, cast.cleo) == [1, 1, 1]
    read(cast, cast.vic, room(cast, cast.vic)["seq"])
    assert unread(cast, cast.vic, cast.mo, cast.cleo) == [0, 1, 1]
    assert [one["unread"] for one in cast.mo.api.get("/rooms").json()["items"]] == [1]


def test_what_is_removed_is_not_unread_and_what_comes_back_is_again(cast: Cast) -> None:
    photo = add(cast, cast.cleo)
    path = f"{cast.path}/photos/{photo['id']}"
    assert unread(cast, cast.vic) == [1]
    cast.cleo.api.delete(path)
    assert unread(cast, cast.vic) == [0]
    cast.cleo.api.post(f"{path}/restore")
    assert unread(cast, cast.vic) == [1]


def test_a_caption_makes_nothing_unread(cast: Cast) -> None:
    photo = add(cast, cast.cleo)
    read(cast, cast.vic, room(cast, cast.vic)["seq"])
    assert cast.cleo.api.patch(f"{cast.path}/photos/{photo['id']}", json={"caption": "New words"}).json()["seq"] > photo["seq"]
    assert unread(cast, cast.vic) == [0]


def test_what_came_before_one_joined_is_not_unread(cast: Cast) -> None:
    add(cast, cast.cleo)
    link = cast.olive.api.post(f"{cast.path}/invites", json={}).json()
    assert cast.sam.api.post(f"/invites/{link['token']}/accept").status_code == 200
    assert unread(cast, cast.sam) == [0]
    add(cast, cast.cleo)
    assert unread(cast, cast.sam) == [1]


def test_it_never_goes_back_nor_ahead_of_what_has_happened(cast: Cast) -> None:
    add(cast, cast.cleo)
    newest = room(cast, cast.vic)["seq"]
    read(cast, cast.vic, 2**63 - 1)
    assert room(cast, cast.vic)["read_seq"] == newest
    read(cast, cast.vic, 1)
    assert room(cast, cast.vic)["read_seq"] == newest
    add(cast, cast.cleo)
    assert unread(cast, cast.vic) == [1]


@pytest.mark.parametrize("seq", [-1, 2**63, "new", None, 1.5])
def test_a_number_that_is_none_is_refused(cast: Cast, seq: object) -> None:
    assert problem(cast.vic.api.put(f"{cast.path}/read", json={"seq": seq}), 422)["field"] == "seq"


def test_reading_leaves_no_trace_for_others(cast: Cast) -> None:
    before = Event.objects.filter(room=cast.room).count()
    read(cast, cast.vic, 3)
    assert Event.objects.filter(room=cast.room).count() == before
    assert room(cast, cast.mo)["seq"] == cast.room.seq


def everything_until(socket: ClientConnection, seq: int) -> list[dict[str, Any]]:
    """All frames up to the event of this number, but for those about who is here."""
    frames: list[dict[str, Any]] = []
    while not frames or frames[-1]["type"] != "events" or frames[-1]["events"][-1]["seq"] < seq:
        frames.append(frame(socket))
    return frames


def test_my_other_devices_hear_of_it_and_nobody_else_does(cast: Cast) -> None:
    seq = rename(cast, "Autumn")
    with cast.vic.socket(cast.slug) as phone, cast.vic.socket(cast.slug) as desk, cast.mo.socket(cast.slug) as other:
        start = cast.membership(cast.vic).read_seq
        assert [frame(socket)["read"] for socket in (phone, desk)] == [start, start]
        assert frame(other)["type"] == "hello"
        read(cast, cast.vic, seq - 1)
        assert [frame(socket) for socket in (phone, desk)] == [{"type": "read", "seq": seq - 1}] * 2
        read(cast, cast.vic, seq - 1)
        read(cast, cast.vic, start)
        last = rename(cast, "Winter")
        for socket in (phone, desk, other):
            assert [said["type"] for said in everything_until(socket, last)] == ["events"]


def test_who_comes_later_is_told_with_the_hello(cast: Cast) -> None:
    seq = rename(cast, "Autumn")
    read(cast, cast.vic, seq)
    with cast.vic.socket(cast.slug) as socket:
        assert frame(socket)["read"] == seq
    with cast.vic.socket(cast.slug, after=seq - 1) as socket:
        assert (hello := frame(socket))["read"] == seq
        assert events_until(socket, hello["seq"])


class ReadRecord(Record):
    """A line that remembers the `read` frames too."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[int] = []

    def put(self, message: Any) -> bool:
        if message.text.startswith('{"type":"read"'):
            self.read.append(int(message.text.rpartition(":")[2].rstrip("}")))
        return super().put(message)


def test_a_message_that_was_lost_is_made_up_for_by_the_next_round(cast: Cast) -> None:
    member = cast.membership(cast.vic)
    line = ReadRecord()

    async def act() -> Seat:
        hub = QuietHub()
        gathering = hub.gatherings[member.room_id.hex] = Gathering(member.room_id, hub)
        seat = seat_for(member, line)
        await gathering.enter(seat, None)
        for seq in (9, 12, 11, 12):
            hub.act(Standing({}, {}, {}, {seat: seq}))
        hub.take({"type": "room.read", "room": member.room_id.hex, "user": member.user_id.hex, "seq": 10})
        hub.take({"type": "room.read", "room": member.room_id.hex, "user": cast.mo.user.id.hex, "seq": 50})
        hub.take({"type": "room.read", "room": member.room_id.hex, "user": member.user_id.hex, "seq": 13})
        return seat

    assert asyncio.run(act()).read == 13
    assert line.read == [9, 12, 13]


def test_somebody_who_was_removed_meanwhile_reads_nothing(cast: Cast) -> None:
    seq = rename(cast, "Autumn")
    member = cast.membership(cast.vic)
    cast.olive.api.delete(f"{cast.path}/members/{cast.vic.user.id}")
    reading.read(member, seq)
    assert not Membership.objects.filter(pk=member.pk).exists()
    problem(cast.vic.api.put(f"{cast.path}/read", json={"seq": seq}), 404)

"""The live socket, spoken to by a real client on the real layer of this run."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from accounts.models import User
from rooms import journal
from rooms.actions import rooms as actions
from rooms.models import Event, Kind
from tests.people import Cast, Person, open_socket
from tests.pictures import picture
from tests.server import Server, beside_the_first

PATIENCE_SECONDS = 20


def any_frame(socket: ClientConnection) -> dict[str, Any]:
    received: dict[str, Any] = json.loads(socket.recv(timeout=PATIENCE_SECONDS))
    return received


def frame(socket: ClientConnection) -> dict[str, Any]:
    """The next frame that is not about who is here; those come whenever somebody does."""
    while (received := any_frame(socket))["type"] in ("presence", "uploads"):
        pass
    return received


def events_until(socket: ClientConnection, seq: int) -> list[dict[str, Any]]:
    """Events as they arrive, until the one with this number."""
    events: list[dict[str, Any]] = []
    while not events or events[-1]["seq"] < seq:
        received = frame(socket)
        assert received["type"] == "events", received
        events += received["events"]
    return events


def closing(socket: ClientConnection) -> tuple[int, str]:
    """The code the server closed with and the reason it gave just before, after whatever else it had to say."""
    received: dict[str, Any] = {}
    with suppress(ConnectionClosed):
        while True:
            received = frame(socket)
    assert socket.protocol.close_rcvd is not None
    assert received["type"] == "bye"
    return socket.protocol.close_rcvd.code, received["reason"]


def rename(cast: Cast, name: str) -> int:
    seq: int = cast.olive.api.patch(cast.path, json={"name": name}).json()["seq"]
    return seq


def test_hello_says_where_one_is_and_events_follow_live(cast: Cast) -> None:
    with cast.vic.socket(cast.slug) as socket:
        hello = frame(socket)
        assert socket.subprotocol == "salon.v1"
        assert hello == {
            "type": "hello",
            "room": cast.slug,
            "you": {"id": str(cast.vic.user.id), "name": "Vic", "role": "viewer"},
            "seq": cast.room.seq,
            "mode": "reset",
            "read": cast.membership(cast.vic).read_seq,
        }
        seq = rename(cast, "Autumn")
        event = events_until(socket, seq)[-1]
    assert (event["kind"], event["data"]["name"], event["actor"]["name"]) == ("room.changed", "Autumn", "Olive")
    assert event == cast.vic.api.get(f"{cast.path}/events", params={"after": seq - 1}).json()["events"][0]


def test_a_client_resumes_where_it_was_deletions_included(cast: Cast) -> None:
    added = cast.cleo.api.post(f"{cast.path}/photos", files={"file": ("a.jpg", picture())}).json()
    before = added["seq"]
    cast.cleo.api.delete(f"{cast.path}/photos/{added['id']}")
    seq = rename(cast, "While you were away")
    with cast.vic.socket(cast.slug, after=before) as socket:
        hello = frame(socket)
        assert hello["mode"] == "resume"
        assert hello["seq"] >= seq
        events = events_until(socket, hello["seq"])
    assert [event["seq"] for event in events] == list(range(before + 1, hello["seq"] + 1))
    assert {"kind": "photo.removed", "data": {"id": added["id"]}}.items() <= next(
        event for event in events if event["kind"] == "photo.removed"
    ).items()


def test_a_long_absence_is_caught_up_in_pages(cast: Cast) -> None:
    member = cast.membership(cast.olive)
    start = member.room.seq
    for number in range(journal.PAGE + 20):
        with journal.record(member.room, Kind.ROOM_CHANGED, member.user) as entry:
            entry.data = {"number": number}
    with cast.vic.socket(cast.slug, after=start) as socket:
        hello = frame(socket)
        events = events_until(socket, hello["seq"])
    assert [event["seq"] for event in events] == list(range(start + 1, start + journal.PAGE + 21))


def test_a_number_the_journal_does_not_know_resets(cast: Cast) -> None:
    with cast.vic.socket(cast.slug, after=10**6) as socket:
        assert frame(socket)["mode"] == "reset"
    Event.objects.filter(room=cast.room, seq__lte=3).delete()
    with cast.vic.socket(cast.slug, after=1) as socket:
        assert frame(socket)["mode"] == "reset"
        seq = rename(cast, "And then goes on")
        assert [event["seq"] for event in events_until(socket, seq)] == [seq]


def test_joining_during_a_burst_leaves_no_gap_and_no_double(cast: Cast) -> None:
    started = threading.Event()

    def burst() -> None:
        for number in range(60):
            rename(cast, f"Name {number}")
            started.set()

    writer = threading.Thread(target=burst)
    writer.start()
    started.wait(PATIENCE_SECONDS)
    with cast.vic.socket(cast.slug, after=cast.room.seq) as socket, cast.mo.socket(cast.slug) as late:
        assert frame(socket)["mode"] == "resume"
        since = frame(late)["seq"]
        last = cast.room.seq + 60
        assert [event["seq"] for event in events_until(socket, last)] == list(range(cast.room.seq + 1, last + 1))
        if since < last:
            assert [event["seq"] for event in events_until(late, last)] == list(range(since + 1, last + 1))
    writer.join(PATIENCE_SECONDS)


def test_a_change_that_is_rolled_back_is_silent(cast: Cast) -> None:
    class ChangedOurMindError(Exception):
        pass

    with cast.vic.socket(cast.slug) as socket:
        frame(socket)
        with suppress(ChangedOurMindError), transaction.atomic():
            actions.edit(cast.membership(cast.olive), name="Never was")
            raise ChangedOurMindError
        seq = rename(cast, "Really is")
        (event,) = events_until(socket, seq)
    assert event["data"]["name"] == "Really is"
    assert seq == cast.room.seq + 1


def test_removal_closes_the_socket_and_the_others_stay(cast: Cast) -> None:
    with cast.cleo.socket(cast.slug) as removed, cast.vic.socket(cast.slug) as other:
        frame(removed), frame(other)
        assert cast.mo.api.delete(f"{cast.path}/members/{cast.cleo.user.id}").status_code == 204
        assert closing(removed) == (4403, "membership_ended")
        seq = rename(cast, "Without Cleo")
        assert [event["kind"] for event in events_until(other, seq)] == ["member.left", "room.changed"]


def test_deleting_the_room_closes_every_socket(cast: Cast) -> None:
    with cast.vic.socket(cast.slug) as socket:
        frame(socket)
        cast.olive.api.delete(cast.path)
        assert closing(socket) == (4403, "membership_ended")


def test_an_unknown_room_and_a_foreign_room_get_the_same_answer(cast: Cast) -> None:
    answers = []
    for person, room in ((cast.sam, cast.slug), (cast.rita, cast.slug), (cast.vic, "noSuchRoom22")):
        with person.socket(room) as socket:
            answers.append(closing(socket))
    assert answers == [(4404, "not_found")] * 3


def test_without_credentials_the_socket_says_so(cast: Cast) -> None:
    for headers in ({"Origin": cast.vic.server.url}, {"Authorization": "Bearer salon_wrong"}):
        with open_socket(cast.vic.server, cast.slug, headers) as socket:
            assert closing(socket) == (4401, "not_signed_in")


def test_a_session_cookie_opens_a_socket_only_from_our_own_pages(cast: Cast) -> None:
    cookie = {"Cookie": f"salon_session={cast.vic.session}"}
    with open_socket(cast.vic.server, cast.slug, cookie | {"Origin": cast.vic.server.url}) as socket:
        assert frame(socket)["type"] == "hello"
    for origin in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
        with pytest.raises(InvalidStatus) as refused:
            open_socket(cast.vic.server, cast.slug, cookie | origin)
        assert refused.value.response.status_code == 403


@pytest.mark.parametrize("sent", ["{}", '{"type": "delete everything"}', "not json", b"\x00\x01", "x" * 5000])
def test_a_frame_that_is_not_in_the_protocol_closes_only_its_own_socket(cast: Cast, sent: str | bytes) -> None:
    with cast.vic.socket(cast.slug) as socket, cast.mo.socket(cast.slug) as other:
        frame(socket), frame(other)
        socket.send(sent)
        assert closing(socket) == (4400, "bad_frame")
        seq = rename(cast, "Undisturbed")
        assert events_until(other, seq)


@pytest.mark.parametrize("after", ["", "x", "-1", "1e3", "9" * 30, "١"])
def test_a_number_that_is_none_is_as_if_it_were_not_there(cast: Cast, after: str) -> None:
    with cast.vic.socket(cast.slug, after=after) as socket:  # type: ignore[arg-type]
        assert frame(socket)["mode"] == "reset"


@pytest.fixture
def quick_checks(tmp_path: Path) -> Iterator[Server]:
    """A second server on the same database, which checks its sockets every half second instead of every fifteen."""
    running = Server(environment=beside_the_first(tmp_path) | {"SALON_SOCKET_CHECK_SECONDS": "0.5"})
    yield running
    assert running.stop() == 0


def test_a_socket_does_not_outlive_its_token_session_or_account(cast: Cast, quick_checks: Server) -> None:
    def bearer(person: Person) -> dict[str, str]:
        return {"Authorization": f"Bearer {person.token}"}

    def cookie(person: Person) -> dict[str, str]:
        return {"Cookie": f"salon_session={person.session}", "Origin": quick_checks.url}

    by_token = open_socket(quick_checks, cast.slug, bearer(cast.vic))
    by_session = open_socket(quick_checks, cast.slug, cookie(cast.mo))
    by_password = open_socket(quick_checks, cast.slug, cookie(cast.cleo))
    inactive = open_socket(quick_checks, cast.slug, cookie(cast.olive))
    sockets = (by_token, by_session, by_password, inactive)
    with by_token, by_session, by_password, inactive:
        assert {frame(socket)["type"] for socket in sockets} == {"hello"}
        cast.vic.api.delete("/tokens")
        Session.objects.filter(session_key=cast.mo.session).delete()
        cast.cleo.user.set_password("another sentence nobody guesses")
        cast.cleo.user.save()
        User.objects.filter(pk=cast.olive.user.pk).update(is_active=False)
        assert {closing(socket) for socket in sockets} == {(4401, "not_signed_in")}


def test_a_stopping_server_sends_its_sockets_elsewhere(cast: Cast, quick_checks: Server) -> None:
    with open_socket(quick_checks, cast.slug, {"Authorization": f"Bearer {cast.vic.token}"}) as socket:
        frame(socket)
        assert quick_checks.stop() == 0
        with suppress(ConnectionClosed):
            frame(socket)
        assert socket.protocol.close_rcvd is not None
        assert socket.protocol.close_rcvd.code == 1012

"""The hub under what seldom happens: each of these once left somebody deaf, or let one person disturb the others."""

import asyncio
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from rooms import broadcasts, journal
from rooms.live import closing, hub, presence
from rooms.live.closing import TOO_SLOW, Closing
from rooms.live.frames import Frame
from rooms.live.gathering import PASSED_KEPT, Gathering
from rooms.live.hub import Hub
from rooms.live.standing import Standing
from rooms.models import Membership
from tests.people import Cast, open_socket
from tests.server import Server
from tests.test_gathering import QuietEar, QuietHub, Record, seat_for
from tests.test_presence import NEEDS_REDIS, bearer, secret
from tests.test_sockets import frame


@pytest.fixture
def vic(cast: Cast) -> Membership:
    return cast.membership(cast.vic)


def test_a_page_loaded_again_and_again_keeps_its_room(vic: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    """The timer that closes an idle room once closed the next one, with people in it."""
    monkeypatch.setattr(hub, "LINGER_SECONDS", 0.05)

    async def reload() -> bool:
        quiet = QuietHub()
        for pause in (0.03, 0.04):
            seat = seat_for(vic, Record())
            await quiet.enter(seat, None)
            quiet.leave(seat)
            quiet.leave(seat)
            await asyncio.sleep(pause)
        last = seat_for(vic, Record())
        await quiet.enter(last, None)
        await asyncio.sleep(0.15)
        return last in quiet.seats()

    assert asyncio.run(reload())


@pytest.mark.parametrize("close", [value for value in vars(closing).values() if isinstance(value, Closing)])
def test_every_close_code_is_one_that_a_server_may_send(close: Closing) -> None:
    assert 4000 <= close.code <= 4999  # autobahn refuses most others, 1013 among them


def test_a_layer_that_hangs_does_not_hold_up_the_questions_to_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "CHECK_SECONDS", 0.02)

    async def wait_for_a_round() -> None:
        asked = asyncio.Event()
        stuck = QuietHub()

        async def never(groups: Any) -> None:
            await asyncio.Event().wait()

        async def check(seats: Any) -> None:
            asked.set()

        stuck.ear.join = never  # type: ignore[method-assign]
        stuck.rounds.check = check  # type: ignore[method-assign]
        stuck.start()
        await asyncio.wait_for(asked.wait(), 10)

    asyncio.run(wait_for_a_round())


def test_one_person_with_many_sockets_does_not_fill_everybody_s_line() -> None:
    uploads = [{"user": {"id": str(person), "name": "x"}, "id": str(number)} for person in range(20) for number in range(50)]
    shown = presence.shown_of(uploads)
    assert len(shown) == presence.SHOWN
    assert len([upload for upload in shown if upload["user"]["id"] == "0"]) == presence.SHOWN_OF_ONE


def test_a_room_that_closes_while_the_journal_is_read_does_not_count_twice(vic: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    async def close_and_open() -> tuple[int, int]:
        gathering = Gathering(vic.room_id, QuietHub())
        await gathering.enter(seat := seat_for(vic, Record()), None)
        start = gathering.seq
        answered, read = asyncio.Event(), gathering.read

        async def slow(after: int) -> journal.Page:
            monkeypatch.setattr(gathering, "read", read)  # only this once
            page = await read(after - 2)
            await answered.wait()
            return page

        monkeypatch.setattr(gathering, "read", slow)
        gathering.heard = start + 1
        gathering.read_if_behind()
        await asyncio.sleep(0.05)
        gathering.leave(seat)
        await gathering.close()
        await gathering.open()
        answered.set()
        await asyncio.sleep(0.05)
        return start, gathering.seq

    start, seq = asyncio.run(close_and_open())
    assert seq == start


def test_a_frame_behind_one_that_found_no_room_does_not_slip_in(vic: Membership) -> None:
    taken: list[int] = []

    class Narrow(Record):
        def put(self, message: Frame) -> bool:
            taken.append(len(message))
            return len(message) < 100

    class Lenient(QuietHub):
        def dismiss(self, seat: Any, closing: Closing) -> None:
            assert closing == TOO_SLOW
            seat.over = True

    async def send() -> None:
        gathering = Gathering(vic.room_id, Lenient())
        gathering.put(seat := seat_for(vic, Narrow()), Frame("x" * 1000))
        gathering.put(seat, Frame("y"))

    asyncio.run(send())
    assert len(taken) == 1


def test_what_is_kept_for_newcomers_is_bounded(vic: Membership) -> None:
    async def talk() -> int:
        gathering = Gathering(vic.room_id, QuietHub())
        gathering.entering.add(seat_for(vic, Record()))
        for _ in range(10):
            gathering.pass_on(["{}"] * 200)
        return len(gathering.passed)

    assert asyncio.run(talk()) == PASSED_KEPT


def test_a_message_that_cannot_be_understood_does_not_stop_those_behind_it() -> None:
    taken: list[Any] = []

    def take(message: Any) -> None:
        taken.append(message["type"])

    async def hear() -> None:
        ear = QuietEar(take, lambda: None)
        for message in ({}, {"type": "room.event"}):
            ear.hear(message)
        Hub().take({"type": "from a newer version"})

    asyncio.run(hear())
    assert taken == ["room.event"]


def test_who_hangs_up_during_a_change_does_not_take_its_news_along(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    async def hung_up_first(name: str, message: dict[str, Any]) -> None:
        sent.append(name)
        if len(sent) == 1:
            raise asyncio.CancelledError

    monkeypatch.setattr(broadcasts, "send_in_time", hung_up_first)
    broadcasts.send("room", {"type": "room.doubt"})
    assert sent == ["room", "room"]


def test_a_seat_that_left_meanwhile_is_no_trouble(vic: Membership) -> None:
    async def act() -> None:
        seat = seat_for(vic, Record())
        quiet = QuietHub()
        quiet.leave(seat)
        quiet.act(Standing({}, {seat: "owner"}, {vic.room_id: 5}, {seat: 5}))

    asyncio.run(act())


@NEEDS_REDIS
def test_every_socket_of_a_stopping_server_is_told(cast: Cast, tmp_path: Path) -> None:
    """Without a worker or a request in hand nothing but the farewells is left to wait for."""
    stopping = Server("--no-worker", environment={"SALON_DATA_DIR": str(tmp_path)} | secret())
    with ExitStack() as stack:
        sockets = [stack.enter_context(open_socket(stopping, cast.slug, bearer(cast.vic))) for _ in range(20)]
        for socket in sockets:
            frame(socket)
        assert stopping.stop() == 0
        for socket in sockets:
            with suppress(ConnectionClosed):
                frame(socket)
            assert socket.protocol.close_rcvd is not None
            assert socket.protocol.close_rcvd.code == 1012

"""Whatever the channel layer brings, loses, repeats or mixes up, every socket gets every event once and in order."""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from typing import cast as typed

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.credential import Credential
from rooms import journal
from rooms.live.closing import TOO_SLOW, Closing
from rooms.live.ear import Ear
from rooms.live.frames import EVENTS_BYTES, Frame, events_frames
from rooms.live.gathering import Gathering
from rooms.live.hub import Hub
from rooms.live.line import BOUND, DirectLine, Line, PlainLine
from rooms.live.reading import in_thread
from rooms.live.seat import Seat
from rooms.models import Kind, Membership
from tests.people import Cast


class Record(Line):
    """A line to a peer that takes everything at once and remembers it."""

    def __init__(self) -> None:
        super().__init__(typed("Any", None))
        self.hellos: list[tuple[str, int]] = []
        self.seqs: list[int] = []

    def put(self, message: Frame) -> bool:
        said = json.loads(message.text)
        if said["type"] == "hello":
            self.hellos.append((said["mode"], said["seq"]))
        elif said["type"] == "events":
            self.seqs += [event["seq"] for event in said["events"]]
        return True


class QuietEar(Ear):
    """Hears nothing by itself."""

    async def wait_until_ready(self) -> None:
        pass

    async def join(self, groups: Iterable[str]) -> None:
        pass

    async def leave(self, group: str) -> None:
        pass


class QuietHub(Hub):
    """A hub whose layer says only what the test lets it say."""

    def __init__(self) -> None:
        super().__init__()
        self.ear = QuietEar(self.take, self.recover)

    def tell_presence(self, *_: Any, **__: Any) -> None:
        pass

    def dismiss(self, seat: Seat, closing: Closing) -> None:
        raise AssertionError(closing)


def seat_for(member: Membership, line: Line) -> Seat:
    return Seat.of(member, Credential("", is_token=False), line, 0)


def commit(member: Membership) -> tuple[int, str]:
    """One more event in the journal: its number and its text."""
    with journal.record(member.room, Kind.ROOM_CHANGED, member.user) as entry:
        entry.data = {"number": entry.seq}
    return entry.seq, json.dumps({"seq": entry.seq})


@dataclass
class Play:
    """A history of one gathering, step by step; the layer of it brings only what a step brings."""

    member: Membership
    gathering: Gathering = field(init=False)
    told: list[tuple[int, str]] = field(default_factory=list)
    newcomers: list[tuple[Record, int | None]] = field(default_factory=list)
    entering: list[asyncio.Task[None]] = field(default_factory=list)

    async def run(self, steps: list[tuple[str, int]]) -> None:
        self.gathering = Gathering(self.member.room_id, QuietHub())
        for kind, number in steps:
            await getattr(self, kind)(number)
        await self.settle(0)
        self.gathering.heard = await in_thread(journal.newest_of)(self.member.room_id)  # what the slow round finds out
        self.gathering.read_if_behind()
        await self.settle(0)

    async def commit(self, count: int) -> None:
        for _ in range(count):
            self.told.append(await in_thread(commit)(self.member))

    async def commit_and_bring(self, count: int) -> None:
        await self.commit(count)
        for told in self.told[-count:]:
            self.gathering.hear(*told)

    async def bring(self, back: int) -> None:
        if self.told:
            self.gathering.hear(*self.told[-1 - back % len(self.told)])

    async def enter(self, back: int) -> None:
        newest = self.told[-1][0] if self.told else self.member.room.seq
        after = None if back > 5 else newest - back
        line = Record()
        self.newcomers.append((line, after))
        self.entering.append(asyncio.create_task(self.gathering.enter(seat_for(self.member, line), after)))
        await asyncio.sleep(0.001 * (back % 3))

    async def settle(self, _: int) -> None:
        await asyncio.gather(*self.entering)
        while self.gathering.reading is not None:
            await self.gathering.reading
        await asyncio.sleep(0)


STEPS = st.tuples(st.sampled_from(["commit", "commit_and_bring", "bring", "enter", "settle"]), st.integers(1, 8))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=3, max_size=25))
@example([("enter", 1), ("settle", 1), ("commit", 2), ("commit_and_bring", 1), ("bring", 2), ("settle", 1), ("enter", 3)])
@example([("enter", 1), ("settle", 1), ("enter", 1), ("commit_and_bring", 4), ("commit_and_bring", 4)])
@example([("enter", 1), ("settle", 1), ("commit", 4), ("enter", 2), ("bring", 3), ("bring", 2)])
def test_every_socket_gets_every_event_once_and_in_order(cast: Cast, steps: list[tuple[str, int]]) -> None:
    play = Play(cast.membership(cast.vic))
    asyncio.run(play.run(steps))
    newest = journal.newest_of(cast.room.id)
    for line, after in play.newcomers:
        ((mode, seq),) = line.hellos
        assert mode == ("reset" if after is None else "resume")
        assert line.seqs == list(range((seq if after is None else after) + 1, newest + 1))


def test_events_that_wait_together_go_out_together_in_frames_of_bounded_size() -> None:
    texts = [json.dumps({"seq": number, "text": "x" * 1000}) for number in range(200)]
    frames = list(events_frames(texts))
    assert [event["seq"] for frame in frames for event in json.loads(frame.text)["events"]] == list(range(200))
    assert len(frames) == 4
    assert all(len(frame) < EVENTS_BYTES + 2000 for frame in frames)
    assert [len(json.loads(frame.text)["events"]) for frame in events_frames([f'"{"x" * 100_000}"', "2"])] == [1, 1]


def test_what_is_queued_when_the_loop_comes_round_is_one_frame(cast: Cast) -> None:
    member = cast.membership(cast.vic)

    async def queue_and_flush() -> list[str]:
        said: list[str] = []
        gathering = Gathering(cast.room.id, QuietHub())
        line = Record()
        await gathering.enter(seat_for(member, line), cast.room.seq)
        line.put = lambda message: said.append(message.text) or True  # type: ignore[method-assign,func-returns-value]
        for number in (1, 2, 3):
            gathering.hear(cast.room.seq + number, str(number))
        await asyncio.sleep(0)
        return said

    assert asyncio.run(queue_and_flush()) == ['{"type":"events","events":[1,2,3]}']


@pytest.mark.parametrize("line_type", ["direct", "plain"])
def test_a_line_takes_only_so_much_for_a_peer_that_does_not_read(line_type: str) -> None:
    class Deaf:
        full = True
        when_drained: Callable[[], None] | None = None

        def write(self, frames: bytes) -> None:
            raise AssertionError

    async def never(message: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    async def feed() -> int:
        line: Line = DirectLine(never, Deaf()) if line_type == "direct" else PlainLine(never)
        frame, taken = Frame("x" * 10_000), 0
        while line.put(frame):
            taken += 1
            await asyncio.sleep(0)
        return taken * len(frame)

    assert BOUND - 11_000 < asyncio.run(feed()) < BOUND + 20_100
    assert TOO_SLOW.code == 4408

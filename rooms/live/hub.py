"""The sockets of this process, by room, and what they hear.

Only sockets that were admitted have a seat here. A layer may lose messages, forget subscriptions and be away. So the hub sends
itself numbered pulses: one that is missing says that other messages may be missing too, and then all rooms are read up from
the journal. Every `SALON_SOCKET_CHECK_SECONDS` it asks the database about all seats, whatever the layer did.
"""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context
from typing import Any
from weakref import WeakKeyDictionary

from rooms import broadcasts
from rooms.live.closing import Closing
from rooms.live.ear import Ear, say
from rooms.live.gathering import Gathering
from rooms.live.pulse import Pulses
from rooms.live.rounds import CHECK_SECONDS, Rounds
from rooms.live.seat import Seat
from rooms.live.standing import Standing

logger = logging.getLogger(__name__)

LINGER_SECONDS = 2.0  # a page that is loaded again finds its room's subscription still there


class Hub:
    def __init__(self) -> None:
        self.process = uuid.uuid4().hex
        self.gatherings: dict[str, Gathering] = {}  # by the room's id
        self.ear = Ear(self.take, self.recover)
        self.rounds = Rounds(self.act)
        self.pulses = Pulses(self.process)
        self.unsent: list[Gathering] = []
        self.doubts = 0  # how often somebody's right to be anywhere has been doubted
        self.tasks: set[asyncio.Task[Any]] = set()
        self.started = False

    # Seats

    async def enter(self, seat: Seat, after: int | None) -> None:
        self.start()
        key = seat.room_id.hex
        gathering = self.gatherings.get(key) or self.gatherings.setdefault(key, Gathering(seat.room_id, self))
        if seat.doubts != self.doubts:  # somebody was signed out while this one was being admitted; it may be the same person
            self.rounds.doubt([seat])
        await gathering.enter(seat, after)

    def leave(self, seat: Seat) -> None:
        seat.over = True
        gathering = self.gatherings.get(seat.room_id.hex)
        if gathering is not None:
            gathering.leave(seat)
            if gathering.is_idle() and gathering.lingering is None:
                gathering.lingering = asyncio.get_running_loop().call_later(LINGER_SECONDS, self.close_if_idle, gathering)

    def dismiss(self, seat: Seat, closing: Closing) -> None:
        if not seat.over:
            logger.info("Closed a socket of %s in room %s: %s", seat.user_id or "a screen", seat.room_id, closing.reason)
            self.leave(seat)
            self.do(seat.line.close(closing))

    def gathering_of(self, seat: Seat) -> Gathering:
        return self.gatherings[seat.room_id.hex]

    def seats(self) -> list[Seat]:
        return [seat for gathering in self.gatherings.values() for seat in gathering.everybody()]

    def close_if_idle(self, gathering: Gathering) -> None:
        gathering.lingering = None
        if gathering.is_idle():
            self.do(gathering.close())

    def holds(self, gathering: Gathering) -> bool:
        return self.gatherings.get(gathering.room_id.hex) is gathering

    def forget(self, gathering: Gathering) -> None:
        if self.holds(gathering):
            del self.gatherings[gathering.room_id.hex]

    # What runs for as long as the process

    def start(self) -> None:
        if not self.started:
            self.started = True
            self.do(self.ear.listen())
            self.do(for_ever(self.pulses.SECONDS, self.pulse))
            # Apart, because a layer that hangs must not hold up the questions to the database.
            self.do(for_ever(CHECK_SECONDS, self.join_all))
            self.do(for_ever(CHECK_SECONDS, self.check_all))

    def do(self, work: Awaitable[Any]) -> None:
        """Run this beside everything else, and keep it from being collected."""
        # In a context of its own: what runs here is not the request's or socket's that happened to start it, and its log says so.
        task = Context().run(asyncio.ensure_future, work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def pulse(self) -> None:
        if self.pulses.paused():
            self.recover()
        await say(broadcasts.EVERYBODY, self.pulses.next())
        silent = self.pulses.silent()
        for gathering in self.gatherings.values():
            gathering.presence.tend(silent)

    async def check_all(self) -> None:
        await self.rounds.check(self.seats())

    async def join_all(self) -> None:
        """Also what a layer has let expire or lost."""
        gatherings = tuple(self.gatherings.values())
        await self.ear.join([broadcasts.EVERYBODY, *(broadcasts.group(gathering.room_id) for gathering in gatherings)])
        for gathering in gatherings:
            if gathering.room_id.hex not in self.gatherings:  # closed while we were at it
                await self.ear.leave(broadcasts.group(gathering.room_id))

    # What the layer brings

    def take(self, message: Mapping[str, Any]) -> None:
        kind = message["type"]
        if kind == "hub.pulse":
            self.feel(message["process"], message["number"])
        elif kind == "person.doubt":
            self.doubts += 1
            self.rounds.doubt(seat for seat in self.seats() if seat.is_of(message["user"]))
        elif (gathering := self.gatherings.get(message.get("room", ""))) is not None:
            self.take_for(gathering, kind, message)

    def take_for(self, gathering: Gathering, kind: str, message: Mapping[str, Any]) -> None:
        if kind == "room.event":
            gathering.hear(message["seq"], message["text"], message.get("told_at"))
        elif kind == "room.doubt":
            self.rounds.doubt(seat for seat in gathering.everybody() if message["user"] is None or seat.is_of(message["user"]))
        elif kind == "room.read":
            gathering.note_read([seat for seat in gathering.seats if seat.is_of(message["user"])], message["seq"])
        elif kind == "room.presence" and message["process"] != self.process:
            gathering.presence.hear(message["process"], (message["people"], message["uploads"]), ask=message["ask"])

    def feel(self, process: str, number: int) -> None:
        if not self.pulses.feel(process, number):
            logger.warning("The channel layer has lost messages; all rooms are read from the journal")
            self.recover()

    def recover(self) -> None:
        self.do(self.catch_up())

    async def catch_up(self) -> None:
        """After the layer was away: hear again, say again who is here, and find out what was missed."""
        await self.join_all()
        self.ear.ready.set()
        for gathering in tuple(self.gatherings.values()):
            gathering.presence.tell(again=True, ask=True)
        self.rounds.doubt(seat for gathering in self.gatherings.values() if gathering.opened for seat in gathering.seated())

    def act(self, standing: Standing) -> None:
        for seat, closing in standing.ended.items():
            self.dismiss(seat, closing)
        for seat, role in standing.roles.items():
            if seat.role != role and not seat.over:
                seat.role = role
                self.gathering_of(seat).presence.changed()
        for seat, seq in standing.read.items():
            if (gathering := self.gatherings.get(seat.room_id.hex)) is not None:
                gathering.note_read([seat], seq)
        for room_id, seq in standing.newest.items():
            if (gathering := self.gatherings.get(room_id.hex)) is not None:
                gathering.heard = max(gathering.heard, seq)
                gathering.read_if_behind()

    # What the sockets and the other processes are sent

    def flush_soon(self, gathering: Gathering) -> None:
        """Send what this room has queued as soon as everything that is here already has been taken."""
        if not self.unsent:
            asyncio.get_running_loop().call_soon(self.flush)
        self.unsent.append(gathering)

    def flush(self) -> None:
        unsent, self.unsent = self.unsent, []
        for gathering in unsent:
            try:
                gathering.flush()
            except Exception:  # one room's trouble is not the others'
                logger.exception("Events of room %s could not be sent", gathering.room_id)

    def tell_presence(self, room_id: uuid.UUID, people: Mapping[str, Any], uploads: list[Any], *, ask: bool) -> None:
        what = {"type": "room.presence", "room": room_id.hex, "process": self.process, "people": people, "uploads": uploads, "ask": ask}
        self.do(say(broadcasts.group(room_id), what))


async def for_ever(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    """Whatever happens, the next time must come."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception as error:
            logger.warning("%s failed (%r); the next time will make up for it", work.__name__, error)


hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def the_hub() -> Hub:
    """The hub of this process: of its event loop, of which a server has one."""
    loop = asyncio.get_running_loop()
    return hubs.get(loop) or hubs.setdefault(loop, Hub())

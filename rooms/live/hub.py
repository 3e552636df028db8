"""The one listener of this process on the channel layer, and the rounds that find out what the layer did not bring.

Only sockets that were admitted have a seat here. A layer may lose messages, forget subscriptions and be away. So the hub sends
itself numbered pulses: one that is missing says that other messages may be missing too, and then all rooms are read up from
the journal. Every `SALON_SOCKET_CHECK_SECONDS` it asks the database about all seats, whatever the layer did.
"""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Collection, Iterable, Mapping
from contextlib import suppress
from itertools import batched
from typing import Any
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer
from django.conf import settings

from rooms import broadcasts
from rooms.live.closing import Closing
from rooms.live.gathering import Gathering
from rooms.live.pulse import Pulses
from rooms.live.reading import in_thread
from rooms.live.seat import Seat
from rooms.live.standing import standing_of

logger = logging.getLogger(__name__)

CHECK_SECONDS = settings.ENV.socket_check_seconds
AT_ONCE = 500  # seats in one question to the database
LINGER_SECONDS = 2.0  # a page that is loaded again finds its room's subscription still there
RETRY_SECONDS = 1.0


class Hub:
    def __init__(self) -> None:
        self.process = uuid.uuid4().hex
        self.gatherings: dict[str, Gathering] = {}  # by the room's id
        self.channel: str | None = None
        self.pulses = Pulses(self.process)
        self.ready = asyncio.Event()  # the layer has given us a channel
        self.unsent: list[Gathering] = []
        self.doubts = 0  # how often somebody's right to be anywhere has been doubted
        self.doubted: set[Seat] = set()
        self.asking: asyncio.Task[None] | None = None
        self.tasks: set[asyncio.Task[Any]] = set()

    # Seats

    async def enter(self, seat: Seat, after: int | None) -> None:
        self.start()
        key = seat.room_id.hex
        gathering = self.gatherings.get(key) or self.gatherings.setdefault(key, Gathering(seat.room_id, self))
        entering = gathering.enter(seat, after)
        if seat.doubts != self.doubts:  # somebody was signed out while this one was being admitted; it may be the same person
            self.doubt([seat])
        await entering

    def leave(self, seat: Seat) -> None:
        gathering = self.gatherings.get(seat.room_id.hex)
        if gathering is not None:
            gathering.leave(seat)
            if gathering.is_idle():
                asyncio.get_running_loop().call_later(LINGER_SECONDS, self.close_if_idle, gathering)

    def dismiss(self, seat: Seat, closing: Closing) -> None:
        if not seat.dismissed:
            seat.dismissed = True
            logger.info("Closed a socket of %s in room %s: %s", seat.user_id, seat.room_id, closing.reason)
            self.leave(seat)
            self.do(seat.line.close(closing))

    def gathering_of(self, seat: Seat) -> Gathering:
        return self.gatherings[seat.room_id.hex]

    def seats(self) -> list[Seat]:
        return [seat for gathering in self.gatherings.values() for seat in gathering.everybody()]

    def close_if_idle(self, gathering: Gathering) -> None:
        if gathering.is_idle():
            self.do(gathering.close())

    def forget(self, gathering: Gathering) -> None:
        self.gatherings.pop(gathering.room_id.hex, None)

    # The layer

    def start(self) -> None:
        if not self.tasks:
            for work in (self.listen(), self.pulse(), self.make_rounds()):
                self.do(work)

    def do(self, work: Awaitable[Any]) -> None:
        """Run this beside everything else, and keep it from being collected."""
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def wait_for_layer(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.ready.wait(), broadcasts.PATIENCE_SECONDS)

    async def subscribe(self, group: str) -> None:
        """Hear a group. Without the layer, sockets still get everything from the journal, in the next round."""
        if self.channel is None:
            return
        try:
            async with asyncio.timeout(broadcasts.PATIENCE_SECONDS):
                await get_channel_layer().group_add(group, self.channel)
        except Exception as error:
            logger.warning("The channel layer took no subscription (%r); the journal is read every %s s", error, CHECK_SECONDS)

    async def unsubscribe(self, group: str) -> None:
        if self.channel is not None:
            try:
                async with asyncio.timeout(broadcasts.PATIENCE_SECONDS):
                    await get_channel_layer().group_discard(group, self.channel)
            except Exception as error:
                logger.info("The channel layer did not end a subscription (%r)", error)

    async def listen(self) -> None:
        """Take what the layer brings, for ever."""
        wait = RETRY_SECONDS
        while True:
            try:
                if self.channel is None:
                    self.channel = await get_channel_layer().new_channel()
                    self.do(self.recover())
                message = await get_channel_layer().receive(self.channel)
                self.take(message)
                wait = RETRY_SECONDS
            except Exception as error:
                logger.warning("The channel layer cannot be read (%r)", error)
                await asyncio.sleep(wait)
                wait = min(wait * 2, 15)

    async def subscribe_all(self) -> None:
        """Also what a layer has let expire or lost."""
        await self.subscribe(broadcasts.EVERYBODY)
        for gathering in tuple(self.gatherings.values()):
            await self.subscribe(broadcasts.group(gathering.room_id))

    def take(self, message: Mapping[str, Any]) -> None:
        kind = message["type"]
        if kind == "hub.pulse":
            self.feel(message["process"], message["number"])
        elif kind == "person.doubt":
            self.doubts += 1
            self.doubt(seat for seat in self.seats() if seat.user_id.hex == message["user"])
        elif (gathering := self.gatherings.get(message["room"])) is not None:
            self.take_for(gathering, kind, message)

    def take_for(self, gathering: Gathering, kind: str, message: Mapping[str, Any]) -> None:
        if kind == "room.event":
            gathering.hear(message["seq"], message["text"])
        elif kind == "room.doubt":
            self.doubt(seat for seat in gathering.everybody() if message["user"] in (None, seat.user_id.hex))
        elif kind == "room.presence" and message["process"] != self.process:
            gathering.presence.hear(message["process"], (message["people"], message["uploads"]), ask=message["ask"])

    def flush_soon(self, gathering: Gathering) -> None:
        """Send what this room has queued as soon as everything that is here already has been taken."""
        if not self.unsent:
            asyncio.get_running_loop().call_soon(self.flush)
        self.unsent.append(gathering)

    def flush(self) -> None:
        unsent, self.unsent = self.unsent, []
        for gathering in unsent:
            gathering.flush()

    def tell_presence(self, room_id: uuid.UUID, people: Mapping[str, Any], uploads: list[Any], *, ask: bool) -> None:
        what = {"type": "room.presence", "room": room_id.hex, "process": self.process, "people": people, "uploads": uploads, "ask": ask}
        self.do(self.send(broadcasts.group(room_id), what))

    async def send(self, group: str, message: dict[str, Any]) -> None:
        try:
            await broadcasts.send_in_time(group, message)
        except Exception as error:
            logger.debug("The channel layer did not take a %s (%r)", message["type"], error)

    # Pulses

    async def pulse(self) -> None:
        while True:
            if self.pulses.paused():
                self.do(self.recover())
            await self.send(broadcasts.EVERYBODY, self.pulses.next())
            for process in self.pulses.silent():
                for gathering in self.gatherings.values():
                    gathering.presence.forget(process)
            await asyncio.sleep(self.pulses.SECONDS)

    def feel(self, process: str, number: int) -> None:
        if not self.pulses.feel(process, number):
            logger.warning("The channel layer has lost messages; all rooms are read from the journal")
            self.do(self.recover())

    async def recover(self) -> None:
        """After the layer was away: hear again, say again who is here, and find out what was missed."""
        await self.subscribe_all()
        self.ready.set()
        for gathering in tuple(self.gatherings.values()):
            gathering.presence.tell(again=True)
        self.doubt(seat for gathering in self.gatherings.values() if gathering.opened for seat in gathering.seats)

    # Rounds

    async def make_rounds(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.subscribe_all()
                await self.check_all()
            except Exception as error:  # whatever it was, the next round must come
                logger.warning("The sockets could not be checked (%r); the next round will tell", error)

    async def check_all(self) -> None:
        for seats in batched(self.seats(), AT_ONCE):
            await self.check(seats)

    async def check(self, seats: Collection[Seat]) -> None:
        standing = await in_thread(standing_of)(seats)
        for seat, closing in standing.ended.items():
            self.dismiss(seat, closing)
        for seat, role in standing.roles.items():
            if seat.role != role and not seat.dismissed:
                seat.role = role
                self.gathering_of(seat).presence.changed()
        for room_id, seq in standing.newest.items():
            if (gathering := self.gatherings.get(room_id.hex)) is not None:
                gathering.heard = max(gathering.heard, seq)
                gathering.read_if_behind()

    def doubt(self, seats: Iterable[Seat]) -> None:
        """Check these seats now."""
        self.doubted.update(seats)
        if self.doubted and self.asking is None:
            self.asking = asyncio.create_task(self.ask())

    async def ask(self) -> None:
        while self.doubted:
            seats, self.doubted = self.doubted, set()
            try:
                for some in batched(seats, AT_ONCE):
                    await self.check(some)
            except Exception as error:
                logger.warning("The sockets could not be checked (%r); trying again", error)
                self.doubted |= {seat for seat in seats if not seat.dismissed}
                await asyncio.sleep(RETRY_SECONDS)
        self.asking = None


hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def the_hub() -> Hub:
    """The hub of this process: of its event loop, of which a server has one."""
    return hubs.setdefault(asyncio.get_running_loop(), Hub())

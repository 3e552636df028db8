"""The sockets of one room in this process: one subscription, one order of events for all of them.

Events come by the channel layer and are taken only in the order of their numbers. Where one is missing, the journal is read,
once for everybody. A newcomer is brought up to date from the journal by itself and sits down with the others at a moment
when it has just what they have, so nobody misses an event and nobody gets one twice.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rooms import access, broadcasts, journal
from rooms.live.closing import MEMBERSHIP_ENDED, TOO_SLOW
from rooms.live.frames import Frame, events_frames, frame
from rooms.live.presence import Presence
from rooms.live.reading import in_thread
from rooms.live.seat import Seat
from rooms.live.walls import Walls
from salon import measures

if TYPE_CHECKING:
    from rooms.live.hub import Hub

logger = logging.getLogger(__name__)


PASSED_KEPT = 500  # events, for newcomers; who takes longer to sit down reads the room afresh


class JournalUnreadError(Exception):
    """The journal could not be read; the newcomer should try again."""


class Gathering:
    def __init__(self, room_id: uuid.UUID, hub: "Hub") -> None:
        self.room_id = room_id
        self.hub = hub
        self.seats: set[Seat] = set()
        self.walls = Walls(self)
        self.seq = 0  # number of the last event its sockets were sent
        self.heard = 0  # the highest number the layer has told of
        self.queue: list[str] = []  # events that follow `seq` and go out in the next frame
        self.told: list[float] = []  # when those were committed, by the clock of the process that did it
        self.passed: list[tuple[int, str]] = []  # what went out while somebody is sitting down
        self.entering: set[Seat] = set()  # admitted, and not yet up to date
        self.opened = False
        self.lock = asyncio.Lock()
        self.reading: asyncio.Task[None] | None = None
        self.lingering: asyncio.TimerHandle | None = None  # until it closes, once nobody is here
        self.presence = Presence(self)

    # Opening and closing

    async def open(self) -> None:
        async with self.lock:
            if not self.opened:
                await self.hub.ear.wait_until_ready()
                await self.hub.ear.join([broadcasts.group(self.room_id)])
                self.seq = await in_thread(journal.newest_of)(self.room_id)
                self.opened = True
        self.read_if_behind()

    def seated(self) -> set[Seat]:
        return self.seats | self.walls.seats

    def everybody(self) -> set[Seat]:
        return self.seated() | self.entering

    def is_idle(self) -> bool:
        return not self.everybody()

    async def close(self) -> None:
        """Let go of the subscription, unless somebody has come meanwhile."""
        async with self.lock:
            if self.is_idle():
                self.opened = False
                self.presence.close()
                if self.reading is not None:
                    self.reading.cancel()
                await self.hub.ear.leave(broadcasts.group(self.room_id))
            if self.is_idle():
                self.hub.forget(self)

    # Sitting down and leaving

    async def enter(self, seat: Seat, after: int | None) -> None:
        self.entering.add(seat)
        try:
            await self.open()
            await (self.walls.enter(seat) if seat.on_wall else self.bring_up_to_date(seat, after))
        finally:
            self.entering.discard(seat)
            if not self.entering:
                self.passed.clear()

    async def bring_up_to_date(self, seat: Seat, after: int | None) -> None:
        """Greet the newcomer, send it the journal since `after`, and let it sit down."""
        page = await in_thread(first_page)(seat, after)
        if page is None:
            return self.hub.dismiss(seat, MEMBERSHIP_ENDED)
        self.greet(seat, page.seq, "reset" if page.reset else "resume")
        seq = page.seq if page.reset or after is None else after
        while page.events:
            for message in events_frames([broadcasts.text_of(event) for event in page.events]):
                if not await seat.line.drained():
                    return self.hub.dismiss(seat, TOO_SLOW)
                self.put(seat, message)
            seq = page.events[-1].seq
            if seq >= page.seq:
                break
            page = await self.read(seq)
        await self.sit_down(seat, seq)

    async def sit_down(self, seat: Seat, seq: int) -> None:
        if seq > self.seq:  # the journal is ahead of the layer; then so shall the others be
            self.heard = max(self.heard, seq)
            self.flush()
            self.read_if_behind()
            while self.seq < seq:
                if self.reading is None:
                    raise JournalUnreadError
                await asyncio.shield(self.reading)
        missed = [text for number, text in self.passed if number > seq]
        if len(missed) == max(0, self.seq - seq):
            self.send_to(seat, missed)
        else:
            self.greet(seat, self.seq, "reset")
        if not seat.over:
            self.seats.add(seat)
            self.presence.came(seat)

    def greet(self, seat: Seat, seq: int, mode: str) -> None:
        self.put(seat, frame("hello", room=seat.slug, you=seat.you, seq=seq, mode=mode, read=seat.read))

    def leave(self, seat: Seat) -> None:
        self.walls.seats.discard(seat)
        if seat in self.seats:
            self.seats.remove(seat)
            self.presence.changed()

    # Events

    def hear(self, seq: int, text: str, told_at: float | None = None) -> None:
        """The layer says that this event was committed."""
        self.heard = max(self.heard, seq)
        if self.reading is not None or not self.opened:
            return
        if seq == self.seq + len(self.queue) + 1:
            self.queue.append(text)
            if told_at is not None:
                self.told.append(told_at)
            if len(self.queue) == 1:
                self.hub.flush_soon(self)
        elif seq > self.seq + len(self.queue):
            self.flush()
            self.read_if_behind()

    def flush(self) -> None:
        texts, self.queue = self.queue, []
        told, self.told = self.told, []
        self.pass_on(texts)
        self.note_lag(told)

    def note_lag(self, told: list[float]) -> None:
        now = time.time()
        for moment in told if self.seats else ():
            measures.LAG.observe(max(0.0, now - moment))

    def pass_on(self, texts: list[str]) -> None:
        """Send the events that follow `seq` to everybody."""
        if self.entering:
            self.passed = [*self.passed, *enumerate(texts, self.seq + 1)][-PASSED_KEPT:]
        self.seq += len(texts)
        measures.EVENTS.inc(len(texts) * len(self.seats))
        for message in events_frames(texts):
            self.put_all(message)
        self.walls.ring(texts)

    def read_if_behind(self) -> None:
        """Fetch from the journal what the layer has told of and not brought."""
        if self.opened and self.heard > self.seq + len(self.queue) and self.reading is None:
            self.flush()
            self.reading = asyncio.create_task(self.read_up())

    async def read_up(self) -> None:
        try:
            while self.seq < self.heard:
                after = self.seq
                page = await self.read(after)
                if self.seq != after:
                    continue
                if page.reset:
                    self.restart(page.seq)
                elif not page.events:
                    self.heard = self.seq  # told of what is not there
                else:
                    self.pass_on([broadcasts.text_of(event) for event in page.events])
                    self.note_lag([event.at.timestamp() for event in page.events])
        except Exception as error:
            logger.warning("The journal of room %s could not be read (%r); the next round will", self.room_id, error)
            self.heard = self.seq  # or a newcomer would wait for what cannot be read
        finally:
            self.reading = None

    async def read(self, after: int) -> journal.Page:
        page: journal.Page = await in_thread(journal.since)(self.room_id, after)
        return page

    def restart(self, seq: int) -> None:
        """What these sockets have not been sent was pruned: they need a fresh snapshot."""
        self.passed.clear()
        self.seq = seq
        self.walls.ring()
        for seat in tuple(self.seats):
            self.greet(seat, seq, "reset")

    # Sending

    def note_read(self, seats: Iterable[Seat], seq: int) -> None:
        """Tell each of these seats that its person has seen the room up to this event. Who is only sitting down hears it in a round."""
        for seat in self.seats.intersection(seats):
            if seq > seat.read:
                seat.read = seq
                self.put(seat, frame("read", seq=seq))

    def send_to(self, seat: Seat, texts: list[str]) -> None:
        measures.EVENTS.inc(len(texts))
        for message in events_frames(texts):
            self.put(seat, message)

    def put(self, seat: Seat, message: Frame) -> None:
        # A frame behind one that found no room must not slip in: it would be behind a gap.
        measures.FRAMES.inc()
        if not seat.over and not seat.line.put(message):
            self.hub.dismiss(seat, TOO_SLOW)

    def put_all(self, message: Frame) -> None:
        measures.FRAMES.inc(len(self.seats))
        slow = [seat for seat in self.seats if not seat.line.put(message)]
        for seat in slow:
            self.hub.dismiss(seat, TOO_SLOW)


def first_page(seat: Seat, after: int | None) -> journal.Page | None:
    """What the newcomer has missed; None if it is no longer a member.

    Asked again although it was admitted just now: until the room's group was joined, nobody could have told us of its removal.
    """
    assert seat.membership_id is not None
    standing = access.standing([seat.membership_id]).get(seat.membership_id)
    if standing is None:
        return None
    seat.role, newest, read = standing
    seat.read = max(seat.read, read)
    return journal.since(seat.room_id, after, newest=newest) if after is not None else journal.Page(events=[], seq=newest, reset=True)

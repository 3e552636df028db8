"""One member's open page of one room: it follows the room as our browser client does (platform/web/src/room/live.ts)."""

import asyncio
import json
from contextlib import suppress
from datetime import datetime
from random import Random
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Subprotocol

from tests.chaos.crowd import Member
from tests.chaos.ledger import Heard, Ledger
from tests.chaos.state import RoomState, Shape
from tests.chaos.web import GoneError, UnreachableError, Web

FIRST_WAIT, LONGEST_WAIT = 0.1, 2.0  # the browser's backoff, five to ten times as quick so that a short run has many of them
TRIES_BEFORE_ASKING = 3
PATIENCE_SECONDS = 15
STALL_ECHO_SECONDS = 0.5  # what had waited for a reader that stalled is read at once when it goes on
ENDINGS = (4403, 4404)
LOSSES = (1001, 1005, 1006, 1012, 1013, 4408)  # come back with `after`
LOST = (OSError, InvalidHandshake, InvalidMessage, ConnectionClosed, TimeoutError, UnreachableError)


class Follower:
    def __init__(self, member: Member, number: int, room: str, web: Web, ledger: Ledger, seed: int, home: str | None = None) -> None:
        self.home = home  # the server they come back to if it is there; otherwise it is left to chance
        self.member, self.number, self.room = member, number, room
        self.web, self.ledger = web, ledger
        self.random = Random(seed)
        self.state: RoomState | None = None
        self.socket: ClientConnection | None = None
        self.frames: asyncio.Queue[tuple[float, Any] | None] = asyncio.Queue()
        self.heard: list[Heard] = []
        self.applied: list[int | None] = []  # numbers in the order of their applying; None where a snapshot replaced everything
        self.open_times: list[tuple[float, float]] = []  # when the server held a socket of ours open
        self.url = ""
        self.opened_at = 0.0
        self.greeted_at: float | None = None  # by the socket that is open now
        self.was_cut = False
        self.away = 0.0
        self.people: set[str] | None = None  # who is here, as far as this page was told
        self.uploads: list[Shape] = []  # what is being sent
        self.after = 0
        self.wire_seq = 0
        self.reached = 0  # the newest event that has come, applied or not
        self.stalls: list[tuple[float, float]] = []
        self.tries = 0
        self.joined = 0
        self.task: asyncio.Task[None] | None = None

    def __str__(self) -> str:
        return f"member {self.member.number} in room {self.number}"

    @property
    def is_following(self) -> bool:
        return self.task is not None and not self.task.done()

    def open_page(self) -> None:
        """They came in: by a link, or again after they had left."""
        self.joined += 1
        if not self.is_following:
            self.state = None
            self.task = asyncio.create_task(self.follow())

    async def close_page(self) -> None:
        if self.task is not None:
            self.task.cancel()
            with suppress(asyncio.CancelledError):
                await self.task

    async def follow(self) -> None:
        try:
            await self.follow_for_ever()
        except Exception as error:
            self.ledger.violation(f"{self}: {error!r}")
            raise

    async def follow_for_ever(self) -> None:
        while True:
            joined = self.joined
            try:
                if self.tries >= TRIES_BEFORE_ASKING and self.state is not None:
                    await self.catch_up()
                await self.listen()
            except GoneError:
                if await self.has_ended(joined):
                    self.state = None
                    return
                self.state = None
            except LOST as loss:
                self.ledger.note(f"{self}: {type(loss).__name__} {loss}")
            self.ledger.count("reconnects")
            await asyncio.sleep(self.wait())
            self.tries += 1

    def wait(self) -> float:
        """Before the next try: random, so that not all come back at once."""
        away, self.away = self.away, 0.0
        if away:
            self.state = None
        return away or min(LONGEST_WAIT, FIRST_WAIT * 2**self.tries) * (0.5 + self.random.random() / 2)

    async def has_ended(self, joined: int) -> bool:
        """Told that the membership has ended, they look at the page again: a new link may have let them in meanwhile."""
        with suppress(UnreachableError):
            try:
                await self.web.read(self.member, f"/rooms/{self.room}")
            except GoneError:
                return joined == self.joined
        return False

    async def listen(self) -> None:
        """One socket, from its handshake to its end. Raises GoneError when the server says that it is over."""
        self.url = url = self.home if self.home and self.tries < 2 else self.random.choice(self.web.urls)
        self.was_cut = False
        self.people, self.uploads = None, []
        self.after = 0 if self.state is None else self.state.seq
        query = "" if self.state is None else f"?after={self.after}"
        self.frames = asyncio.Queue()
        async with asyncio.timeout(PATIENCE_SECONDS):
            socket = await connect(
                f"{url.replace('http', 'ws', 1)}/ws/rooms/{self.room}{query}",
                additional_headers=self.member.handshake(url), subprotocols=[Subprotocol("salon.v1")], proxy=None,
                compression=None, ping_interval=None, close_timeout=1, max_queue=None, max_size=None,
            )  # fmt: skip
        self.socket, self.opened_at = socket, self.ledger.now()
        reader = asyncio.create_task(self.read(socket))
        try:
            while (frame := await self.frames.get()) is not None:
                await self.take(*frame)
        finally:
            self.greeted_at = None
            socket.transport.abort()
            reader.cancel()
            self.socket = None
            self.open_times.append((self.opened_at, self.ledger.now()))
        self.judge_closing(socket)

    def note_open_socket(self) -> None:
        if self.socket is not None:
            self.open_times.append((self.opened_at, self.ledger.now()))

    async def read(self, socket: ClientConnection) -> None:
        """Apart from the taking, so that what a slow answer of the API delays is not the time of hearing."""
        try:
            async for text in socket:
                frame = json.loads(text)
                self.reached = max([self.reached, *(event["seq"] for event in frame.get("events", []))])
                self.frames.put_nowait((self.ledger.now(), frame))
        except ConnectionClosed:
            pass
        finally:
            self.frames.put_nowait(None)

    def judge_closing(self, socket: ClientConnection) -> None:
        code = socket.close_code or 1006
        self.ledger.count(f"sockets closed with {code}")
        self.ledger.note(f"{self}: closed with {code}")
        if code in ENDINGS:
            self.judge_ending(code)
            raise GoneError
        if code == 1006 and not self.was_cut and self.opened_at < self.ledger.stopping.get(self.url, 0):
            self.ledger.violation(f"{self}: a server that was asked to stop hung up without a word")
        if code not in LOSSES:
            self.ledger.violation(f"{self}: the server closed with {code} {socket.close_reason}")

    def judge_ending(self, code: int) -> None:
        """Nobody may be told that their membership has ended who came in before the socket was opened and was not removed since."""
        last = self.ledger.last_departure(self.member.number, self.number)
        since = 0.0 if last is None else last.is_back
        if since is not None and since < self.opened_at:
            self.ledger.violation(f"{self}: closed with {code}, though they have been a member since {since:.2f}")

    async def take(self, at: float, frame: Shape | None) -> None:
        if frame is None:  # the page was looked at again: the browser asks the journal then
            return await self.catch_up()
        events: list[Shape] = frame.get("events", [])
        newest = datetime.fromisoformat(events[-1]["at"]) if events else None
        self.heard.append(Heard(at, frame["type"], newest, self.was_stalled(at)))
        if frame["type"] == "hello":
            await self.greeted(frame)
        elif frame["type"] == "events":
            self.check_wire(events)
            await self.apply(events)
        else:
            self.ledger.count(f"{frame['type']} frames")
        if frame["type"] == "presence":
            self.people = {person["id"] for person in frame["people"]}
        elif frame["type"] == "uploads":
            self.uploads = frame["uploads"]

    def was_stalled(self, at: float) -> bool:
        return any(start <= at <= end + STALL_ECHO_SECONDS for start, end in self.stalls)

    def cut(self) -> None:
        """The line is lost without a word."""
        if self.socket is not None:
            self.was_cut = True
            self.socket.transport.abort()

    def leave_page(self, seconds: float) -> None:
        """They close the page, and open it again after a while: it starts from nothing."""
        self.cut()
        self.away = seconds

    async def stall(self, seconds: float) -> None:
        """Read nothing for a while: what the server sends stays in the kernel's buffers, then in the server's."""
        socket, start = self.socket, self.ledger.now()
        if socket is None or socket.transport.is_closing():
            return
        socket.transport.pause_reading()
        self.stalls.append((start, start + seconds))
        await asyncio.sleep(seconds)
        if not socket.transport.is_closing():
            socket.transport.resume_reading()

    async def wake(self) -> None:
        """The page is looked at again."""
        await self.say(type="here", looking=False)
        await self.say(type="here", looking=True)
        self.frames.put_nowait((self.ledger.now(), None))

    async def say(self, **frame: Any) -> None:
        with suppress(ConnectionClosed):
            if self.socket is not None and self.greeted_at is not None:
                await self.socket.send(json.dumps(frame))

    async def greeted(self, hello: Shape) -> None:
        self.tries = 0
        self.greeted_at = self.ledger.now()
        if hello["mode"] == "reset":
            if self.state is not None:
                self.ledger.violation(f"{self}: reset, though the journal reaches back to {self.state.seq}")
            self.wire_seq = hello["seq"]
            await self.read_snapshot()
        else:
            self.ledger.count("resumes")
            self.wire_seq = self.after

    def check_wire(self, events: list[Shape]) -> None:
        """What the server promises of one socket: in order, without gaps, without doubles."""
        for event in events:
            if event["seq"] != self.wire_seq + 1:
                self.ledger.violation(f"{self}: the socket brought event {event['seq']} after {self.wire_seq}")
            self.wire_seq = event["seq"]

    async def apply(self, events: list[Shape]) -> None:
        for event in events:
            assert self.state is not None
            if event["seq"] > self.state.seq + 1:
                self.ledger.count("gaps healed over HTTP")
                await self.catch_up()
            if event["seq"] == self.state.seq + 1:
                self.apply_one(self.state, event)

    def apply_one(self, state: RoomState, event: Shape) -> None:
        state.apply(event)
        self.ledger.happened.setdefault((self.number, event["seq"]), self.ledger.moment(datetime.fromisoformat(event["at"])))
        self.applied.append(event["seq"])
        self.ledger.count("events applied")

    async def catch_up(self) -> None:
        """Read the journal from the last number known until nothing is missing."""
        while self.state is not None:
            page = await self.web.read(self.member, f"/rooms/{self.room}/events", after=self.state.seq)
            if page["reset"]:
                self.ledger.violation(f"{self}: the journal does not reach back to {self.state.seq}")
                return await self.read_snapshot()
            for event in page["events"]:
                self.apply_one(self.state, event)
                self.ledger.count("events read from the journal over HTTP")
            if not page["events"] or self.state.seq >= page["seq"]:
                return

    async def read_snapshot(self) -> None:
        self.state = RoomState(await self.web.snapshot(self.member, self.room))
        self.applied.append(None)
        self.applied.append(self.state.seq)
        self.ledger.count("snapshots read")

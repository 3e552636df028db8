"""One run: plan, people, programs, then two timelines side by side, then quiet, then the verdict."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.chaos import report
from tests.chaos.actors import Actors
from tests.chaos.crowd import Crowd, Member, gather
from tests.chaos.faults import Faults
from tests.chaos.follower import Follower
from tests.chaos.ledger import Ledger
from tests.chaos.machines import Place, Redis
from tests.chaos.plan import SMALL_ROOM, Plan
from tests.chaos.verdict import judge, judge_lateness
from tests.chaos.web import UnreachableError, Web

LAG_WORTH_NOTING = 0.05  # seconds; less is the ordinary jitter of an event loop
LOOK_AGAIN_SECONDS = 0.25
GREETING_SECONDS = 30
# What the Redis client says once a second while Redis is away, and of connections that it lost; and the last words of a process
# that decoded a picture for a server that was killed. We did that to them.
EXPECTED = (
    "channels_redis.pubsub: Unexpected exception in receive task",
    "Exception ignored in: <function StreamWriter.__del__",
    "Process ForkServerProcess",
)
LOG_LINE = re.compile(r"^[\d-]+ [\d:,]+ \w+ +")


@dataclass
class Run:
    plan: Plan
    redis: Redis
    places: list[Place]
    check_seconds: float  # SALON_SOCKET_CHECK_SECONDS
    quiet_seconds: float

    def __post_init__(self) -> None:
        self.ledger = Ledger()

    def end(self) -> list[str]:
        """Stop the programs, whatever happened; what the servers wrote is judged too."""
        with ThreadPoolExecutor() as pool:
            ends = list(pool.map(lambda place: place.stop(), self.places))
        wrong = [f"server {place.name} ended with {code}" for place, (code, _) in zip(self.places, ends, strict=True) if code != 0]
        self.redis.kill()
        written = [text for place in self.places for output in place.outputs for text in tracebacks(output)]
        self.ledger.count("tracebacks that are the faults' own", sum(text.startswith(EXPECTED) for text in written))
        unexpected = Counter(text for text in written if not text.startswith(EXPECTED))
        return wrong + [f"a server wrote {times} times: {text}" for text, times in unexpected.items()]

    def write_record(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        outputs = [f"--- server {place.name}\n{output}" for place in self.places for output in place.outputs]
        path.write_text("\n".join([str(self.plan), "", *self.ledger.timeline, "", report.summary(self.ledger), "", *outputs]))

    def carry_out(self) -> list[str]:
        """Everything that went wrong, in a sentence each."""
        with ThreadPoolExecutor() as pool:
            starts = [pool.submit(place.start) for place in self.places]
            crowd = gather(self.plan.rooms)
            for start in starts:
                start.result()
        return asyncio.run(self.live(crowd))

    async def live(self, crowd: Crowd) -> list[str]:
        web = Web([place.url for place in self.places], self.ledger, self.plan.seed)
        followers = {
            (member.number, number): self.follower(member, number, room, web)
            for member in crowd.members
            for number, room in enumerate(crowd.rooms)
        }
        watches = [asyncio.create_task(self.measure_lag()), asyncio.create_task(self.watch_lateness(list(followers.values())))]
        try:
            await self.open_pages(followers)
            await self.play(
                Actors(crowd, followers, web, self.ledger), Faults(self.redis, self.places, list(followers.values()), self.ledger)
            )
            for number, room in enumerate(crowd.rooms):  # the last word, which every open socket must bring
                await web.write(crowd.members[number], "PATCH", f"/rooms/{room}", json={"name": f"The end of room {number}"})
            late = await self.wait_for_quiet(crowd, followers, web)
            for follower in followers.values():
                follower.note_open_socket()
            return late + await judge(crowd, list(followers.values()), web, self.ledger, self.check_seconds)
        finally:
            for watch in watches:
                watch.cancel()
            await asyncio.gather(*(follower.close_page() for follower in followers.values()))
            await web.client.aclose()

    def follower(self, member: Member, number: int, room: str, web: Web) -> Follower:
        home = web.urls[member.number % len(web.urls)] if number == SMALL_ROOM else None
        return Follower(member, number, room, web, self.ledger, self.plan.seed + 100 * number + member.number, home)

    async def open_pages(self, followers: dict[tuple[int, int], Follower]) -> None:
        for room, roles in enumerate(self.plan.rooms):
            for member in roles:
                followers[member, room].open_page()
        async with asyncio.timeout(GREETING_SECONDS):
            while any(follower.is_following and follower.state is None for follower in followers.values()):
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def play(self, actors: Actors, faults: Faults) -> None:
        start = self.ledger.now()
        self.ledger.note("everybody is there")

        async def at(moment: float, deed: Callable[[], Awaitable[None]]) -> None:
            await asyncio.sleep(start + moment - self.ledger.now())
            await deed()

        async with asyncio.TaskGroup() as tasks:
            for step in self.plan.steps:
                tasks.create_task(at(step.at, partial(actors.take, step)))
            for fault in self.plan.faults:
                tasks.create_task(at(fault.at, partial(faults.strike, fault)))
        self.ledger.note("the last step is taken and the last fault is over")

    async def measure_lag(self) -> None:
        while True:
            before = self.ledger.now()
            await asyncio.sleep(LAG_WORTH_NOTING)
            lag = self.ledger.now() - before - LAG_WORTH_NOTING
            if lag > LAG_WORTH_NOTING:
                self.ledger.lags.append((before, lag))

    async def watch_lateness(self, followers: list[Follower]) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            judge_lateness(followers, self.ledger, self.check_seconds)

    async def wait_for_quiet(self, crowd: Crowd, followers: dict[tuple[int, int], Follower], web: Web) -> list[str]:
        """Until every photo is developed and every member has the room's last number; what is still missing after that is wrong."""
        start = self.ledger.now()
        while True:
            with suppress(UnreachableError):
                late = [text for number in range(len(crowd.rooms)) for text in await self.unsettled(number, crowd, followers, web)]
                if not late or self.ledger.now() > start + self.quiet_seconds:
                    self.ledger.note(f"quiet after {self.ledger.now() - start:.2f} s: {late or 'nobody waits'}")
                    return late
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def unsettled(self, number: int, crowd: Crowd, followers: dict[tuple[int, int], Follower], web: Web) -> list[str]:
        fresh = await web.snapshot(crowd.members[number], crowd.rooms[number])
        late = [f"photo {photo['id']} is still developing" for photo in fresh.photos if photo["state"] == "developing"]
        inside = {member["user"]["id"] for member in fresh.members}
        for follower in followers.values():
            if follower.number != number:
                continue
            if follower.member.id not in inside:
                late += [f"{follower} is no member and still follows"] if follower.is_following else []
            elif not follower.is_following:
                follower.open_page()  # nobody answered when they came in, so they look again
                late.append(f"{follower} is not there yet")
            elif follower.state is None or follower.socket is None or follower.state.seq != fresh.room["seq"]:
                late.append(f"{follower} is at {follower.state and follower.state.seq}, the room at {fresh.room['seq']}")
            elif follower.people is not None and follower.people != inside:  # everybody has the page open
                late.append(f"{follower} sees {len(follower.people)} people there who are {len(inside)}")
            elif follower.uploads:
                late.append(f"{follower} sees uploads that are over: {follower.uploads}")
        return late


def tracebacks(output: str) -> list[str]:
    """The log line each stands under and the last line of it, which says what it was."""
    found = []
    lines = output.splitlines()
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else ""
        if line.startswith("Traceback") and before:  # without one it belongs to the traceback above
            last = next((text for text in lines[number + 1 :] if text and not text.startswith(" ")), "")
            found.append(f"{LOG_LINE.sub('', before)}: {last}")
    return found

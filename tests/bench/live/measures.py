"""What is measured of each peer in a round, from a fresh start of its server to its end."""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from statistics import median

from tests.bench.live import load, machine
from tests.bench.live.crowd import Crowd
from tests.bench.live.load import Subject
from tests.bench.live.peers.peer import Peer

RATE, CPU, LOAD = "deliveries/s saturated", "CPU s in 100 000 deliveries, saturated", "load's share of its core, saturated"
ALONE_RATE, ALONE_CPU = "deliveries/s, one event at a time", "CPU s in 100 000 deliveries, one event at a time"
P50, P99, PACED_CPU = "p50 paced", "p99 paced", "CPU s in 100 000 deliveries, paced"
MEMORY = "memory of an idle socket"
ONE_ROOM, MANY_ROOMS = "CPU s in 100 000 deliveries, one by one in one room", "CPU s in 100 000 deliveries, rooms of five"
UNITS = {
    RATE: "/s", CPU: "s", LOAD: "", ALONE_RATE: "/s", ALONE_CPU: "s", P50: "ms", P99: "ms", PACED_CPU: "s", MEMORY: "KiB",
    ONE_ROOM: "s", MANY_ROOMS: "s",
}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    sizes: tuple[int, ...]  # sockets in one room
    paced_size: int
    rooms: int
    warm_sockets: int = 20
    each_room: int = 5
    verified_events: int = 30
    saturated_seconds: float = 0.8
    trial_seconds: float = 0.2
    alone_seconds: float = 0.5
    paced_rate: int = 2000
    paced_seconds: float = 2.5
    bursts: int = 2


FULL = Plan(sizes=(1000, 200, 50), paced_size=200, rooms=1000)
QUICK = Plan(
    sizes=(20,),
    paced_size=20,
    rooms=10,
    warm_sockets=5,
    saturated_seconds=0.3,
    trial_seconds=0.1,
    alone_seconds=0.1,
    paced_seconds=0.3,
)


class Results:
    """Samples by peer, measure and number of sockets."""

    def __init__(self) -> None:
        self.samples: dict[tuple[str, str, int], list[float]] = defaultdict(list)
        self.windows: dict[tuple[str, int], dict[int, float]] = {}  # deliveries/s by events in flight, tried in the first round
        self.trials_seconds = 0.0

    def add(self, peer: str, measure: str, sockets: int, value: float) -> None:
        self.samples[peer, measure, sockets].append(value)

    def best_window(self, peer: str, sockets: int) -> int:
        tried = self.windows[peer, sockets]
        return max(tried, key=lambda window: tried[window])

    def median(self, peer: str, measure: str, sockets: int) -> float | None:
        found = self.samples.get((peer, measure, sockets))
        return median(found) if found else None


class Round:
    """One peer's turn."""

    def __init__(self, peer: Peer, plan: Plan, results: Results) -> None:
        self.peer, self.plan, self.results = peer, plan, results

    def run(self) -> None:
        """One large room, and then ever fewer sockets in it."""
        plan = self.plan
        with self.started() as crowd:
            subject = self.warm_up(crowd)
            self.fill(subject)
            for sockets in plan.sizes:
                crowd.shrink(sockets)
                load.settle(self.peer.pid)
                self.saturate(subject)
                if sockets == plan.paced_size:
                    self.look_closely(subject)
                if sockets == plan.sizes[0] and self.peer.has_rooms and not self.results.samples.get((self.peer.name, ONE_ROOM, sockets)):
                    self.add_bursts(subject, ONE_ROOM, [0] * plan.each_room, sockets, 1)

    def run_rooms(self) -> None:
        """Many small rooms: first a tenth of them, then all."""
        plan, peer = self.plan, self.peer
        tenth = plan.rooms // 10
        with self.started() as crowd:
            peer.prepare_rooms(plan.rooms, plan.each_room)
            subject = self.subject(crowd, plan.rooms)
            for rooms in (range(tenth), range(tenth, plan.rooms)):
                peer.open_in_rooms(crowd, rooms, plan.each_room)
                load.settle(peer.pid)
                filled = range(rooms.stop)
                self.add_bursts(subject, MANY_ROOMS, list(filled) * (plan.rooms // len(filled)), plan.each_room, tenth)

    @contextmanager
    def started(self) -> Iterator[Crowd]:
        try:
            self.peer.start()
            with closing(Crowd(self.peer.port, self.peer.manner)) as crowd:
                yield crowd
        finally:
            self.peer.stop()

    def warm_up(self, crowd: Crowd) -> Subject:
        """A server's first sockets make it load code and build pools, which is not what a socket costs."""
        self.peer.open(crowd, self.plan.warm_sockets)
        subject = self.subject(crowd, rooms=1)
        load.verify(subject, self.plan.verified_events)
        return subject

    def subject(self, crowd: Crowd, rooms: int) -> Subject:
        feed = self.peer.open_feed(rooms)
        crowd.watch(feed.connection)
        return Subject(self.peer.pid, crowd, feed)

    def fill(self, subject: Subject) -> None:
        """Open the largest number of sockets and see what they take while nothing happens."""
        load.settle(subject.pid)
        before, more = machine.memory_kib(subject.pid), self.plan.sizes[0] - len(subject.crowd)
        self.peer.open(subject.crowd, more)
        load.settle(subject.pid)
        self.add(MEMORY, self.plan.sizes[0], (machine.memory_kib(subject.pid) - before) / more)

    def saturate(self, subject: Subject) -> None:
        plan, key = self.plan, (self.peer.name, len(subject.crowd))
        if key not in self.results.windows:
            start = time.monotonic()
            tried = load.try_windows(subject, self.peer.widest_window, plan.trial_seconds)
            self.results.windows[key] = {seen.window: seen.rate for seen in tried}
            self.results.trials_seconds += time.monotonic() - start
        seen = load.saturate(subject, self.results.best_window(*key), plan.saturated_seconds, plan.trial_seconds)
        for measure, value in ((RATE, seen.rate), (CPU, seen.cpu), (LOAD, seen.load)):
            self.add(measure, len(subject.crowd), value)

    def look_closely(self, subject: Subject) -> None:
        """What is right, what an event costs that nobody can join with others, and how long it takes."""
        plan, sockets = self.plan, len(subject.crowd)
        load.verify(subject, plan.verified_events)
        alone = load.saturate(subject, 1, plan.alone_seconds, plan.alone_seconds / 4)
        load.settle(subject.pid)
        paced = load.pace(subject, plan.paced_rate, plan.paced_seconds)
        for measure, value in (
            (ALONE_RATE, alone.rate),
            (ALONE_CPU, alone.cpu),
            (P50, paced.p50),
            (P99, paced.p99),
            (PACED_CPU, paced.cpu),
        ):
            self.add(measure, sockets, value)

    def add_bursts(self, subject: Subject, measure: str, rooms: Sequence[int], each: int, at_once: int) -> None:
        at_once = min(at_once, self.peer.widest_window // 2)
        subject.crowd.count_anew()
        for _ in range(self.plan.bursts):
            self.add(measure, len(subject.crowd), load.burst(subject, rooms, each, at_once))
        load.expect_even(subject.crowd)

    def add(self, measure: str, sockets: int, value: float) -> None:
        self.results.add(self.peer.name, measure, sockets, value)

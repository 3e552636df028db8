"""`python -m tests.bench.soak --minutes 10 --sockets 1000`: does a server that many sit on for long stay as it was?

One `manage.py serve` on PostgreSQL and Redis, real members on raw sockets, a few changes a second over the API, sockets that are
closed and come back, and readers that stop reading until the server gives them up. Memory must stay flat, every descriptor must
be given back, and everybody who reads must have everything in the end, once and in order.

How many asyncio tasks there are cannot be seen from outside the server; a leak of tasks shows as one of memory.
"""

import argparse
import shutil
import signal
import sys
import time
from collections import Counter
from statistics import median

from tests import services
from tests.bench import report
from tests.bench.live import machine
from tests.bench.live.backing import Backing
from tests.bench.soak.talk import Talk
from tests.bench.soak.vitals import Vitals, look
from tests.bench.soak.wires import Wire, Wires
from tests.server import Server

ROOMS = 10
SLOW = 5  # readers that stall, all of them in the last room
LAST_ROOM = 25  # sockets in the last room: what is said there is long
CHURN_PER_SECOND = 5.0
SAMPLES = 30  # at least
SAMPLE_SECONDS = 10.0
LONG_ENOUGH = 540  # seconds; memory settles when slow readers have been given up a few times, after about three minutes
GROWTH = 1.03  # of memory between the second and the last fifth; what fragments settles, a leak does not
SPARE_FILES = 24  # the pools of the database (20) and of Redis grow with use and shrink later
THREADS = 4  # a thread pool fills up with time


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="how long (default: %(default)s)")
    parser.add_argument("--sockets", type=int, default=1000, help="how many sockets are open (default: %(default)s)")
    return parser.parse_args()


def gather(sockets: int) -> tuple[list[Wire], list[str], list[str]]:
    """Members, each in one room with one socket; the rooms' addresses and their owners' tokens."""
    from rooms.actions import rooms as actions
    from rooms.models import Membership, Role
    from tests.people import make_person

    people = [make_person(None, f"Member{number}") for number in range(sockets)]  # type: ignore[arg-type]  # needs no server
    rooms = [actions.create(people[number].user, f"Room {number}").room for number in range(ROOMS)]
    places = [number if number < ROOMS else ROOMS - 1 if number < LAST_ROOM + ROOMS else number % (ROOMS - 1) for number in range(sockets)]
    Membership.objects.bulk_create(
        Membership(room=rooms[place], user=person.user, role=Role.CONTRIBUTOR)
        for number, (place, person) in enumerate(zip(places, people, strict=True))
        if number >= ROOMS
    )
    wires = [
        Wire(place, rooms[place].slug, person.token, slow=ROOMS <= number < ROOMS + SLOW)
        for number, (place, person) in enumerate(zip(places, people, strict=True))
    ]
    return wires, [room.slug for room in rooms], [person.token for person in people[:ROOMS]]


class Soak:
    def __init__(self, server: Server, wires: Wires, talk: Talk, seconds: float) -> None:
        self.server, self.wires, self.talk, self.seconds = server, wires, talk, seconds
        self.samples: list[Vitals] = []
        self.start = time.monotonic()

    def look(self) -> Vitals:
        assert self.server.port is not None
        return look(self.server.process.pid, self.server.port, time.monotonic() - self.start)

    def run(self) -> None:
        everybody = len(self.wires.wires)
        alone = self.look()
        self.wires.until("everybody is there", lambda: self.wires.count("open") == everybody)
        self.talk.start()
        try:
            self.sit()
        finally:
            self.talk.stop()
        self.wires.until("all readers have everything", self.all_have_everything)
        self.full, self.did = self.look(), Counter(self.wires.did)
        self.wires.close_all()
        self.wires.until("the server has closed its ends", lambda: self.look().clients == 0)
        self.alone, self.after = alone, self.look()

    def sit(self) -> None:
        interval = min(SAMPLE_SECONDS, self.seconds / SAMPLES)
        churned = 0
        begin = time.monotonic()
        while (passed := time.monotonic() - begin) < self.seconds:
            self.wires.open_some()
            self.wires.turn()
            if churned < passed * CHURN_PER_SECOND:
                self.wires.churn()
                churned += 1
            if len(self.samples) < passed / interval:
                self.samples.append(self.look())
                print(line_of(self.samples[-1], self.wires), flush=True)

    def all_have_everything(self) -> bool:
        return all(wire.slow or (wire.state == "open" and wire.seq >= self.talk.newest[wire.room]) for wire in self.wires.wires)

    def fifth(self, number: int) -> list[Vitals]:
        size = max(1, len(self.samples) // 5)
        return self.samples[-size:] if number == 5 else self.samples[(number - 1) * size : number * size]

    def verdict(self) -> list[str]:
        wrong = sorted(set(self.wires.wrong))[:20] + self.talk.failures[:5]
        early, late = (median(sample.rss for sample in self.fifth(number)) for number in (2, 5))
        if self.seconds >= LONG_ENOUGH and late > early * GROWTH:
            wrong.append(f"memory grew from {early:.1f} to {late:.1f} MiB")
        if self.after.files > self.alone.files + SPARE_FILES:
            wrong.append(f"descriptors: {self.alone.files} before anybody came, {self.after.files} when all were gone")
        if median(sample.threads for sample in self.fifth(5)) > median(sample.threads for sample in self.fifth(2)) + THREADS:
            wrong.append("there are more and more threads")
        if "Traceback" in self.server.output:
            wrong.append("the server wrote a traceback:\n" + self.server.output.partition("Traceback")[2][:2000])
        if self.seconds >= LONG_ENOUGH and not self.wires.did["slow readers given up"]:
            wrong.append("no slow reader was given up")
        return wrong

    def rows(self) -> list[report.Row]:
        early, late = (median(sample.rss for sample in self.fifth(number)) for number in (2, 5))
        figures = [
            ("soak: memory, median of the second fifth", early, "MiB"),
            ("soak: memory, median of the last fifth", late, "MiB"),
            ("soak: memory, last fifth over second", late / early, "×"),
            ("soak: memory before anybody came", self.alone.rss, "MiB"),
            ("soak: memory when all were gone", self.after.rss, "MiB"),
            ("soak: descriptors before anybody came", self.alone.files + self.alone.clients, "descriptors"),
            ("soak: descriptors with everybody there", self.full.files + self.full.clients, "descriptors"),
            ("soak: descriptors when all were gone", self.after.files + self.after.clients, "descriptors"),
            ("soak: threads, median of the last fifth", median(sample.threads for sample in self.fifth(5)), "threads"),
            *((f"soak: {what}", number, "times") for what, number in sorted(self.did.items())),
        ]
        return [report.Row(name, value, unit, ours=value) for name, value, unit in figures]


def line_of(vitals: Vitals, wires: Wires) -> str:
    told = ", ".join(f"{number} {what}" for what, number in sorted(wires.did.items()))
    state = f"{vitals.rss:7.1f} MiB, {vitals.clients:5} clients, {vitals.files:4} other files, {vitals.threads:3} threads"
    return f"{vitals.at:6.0f} s  {state}; {told}"


def main() -> int:
    chosen = options()
    machine.allow_many_files()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    backing = Backing()
    try:
        backing.start()
        wires, rooms, tokens = gather(chosen.sockets)
        server = Server("--no-worker")
        try:
            assert server.port is not None
            soak = Soak(server, Wires(wires, server.port), Talk(server.url, rooms, tokens), chosen.minutes * 60)
            soak.run()
        finally:
            code = server.stop()
    finally:
        backing.stop()
        shutil.rmtree(services.FOLDER, ignore_errors=True)
    rows, wrong = soak.rows(), soak.verdict()
    print(report.table("Soak", ["figure", "value", "unit"], [[row.name, report.short(row.value), row.unit] for row in rows]))
    print("written to", report.write("soak", rows))
    wrong += [f"the server ended with {code}"] if code != 0 else []
    print(*(f"WRONG: {text}" for text in wrong), "All is well." if not wrong else "", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

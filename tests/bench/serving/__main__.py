"""`python -m tests.bench.serving`: a thumbnail through nginx, as a member, beside the same file without a check and with Django's.

`make bench-serving` starts it.
"""

import argparse
import http.client
import signal
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import httpx

from tests.bench import report
from tests.bench.live import machine
from tests.bench.live.backing import Backing
from tests.bench.photos.served.found import percentile
from tests.bench.photos.table import Verdict, targets
from tests.bench.report import Row, short, table
from tests.bench.serving import gallery, load
from tests.bench.serving.gallery import Gallery
from tests.bench.serving.load import BrokenError, Load
from tests.nginx import find_nginx

MEMBER, PLAIN, CHECKED = "member, through nginx", "the same file without a check", "a Django view doing the check"
CALM_MEMBER, CALM_PLAIN = f"{MEMBER}, 2 lines", f"{PLAIN}, 2 lines"
CALM_LINES = 2  # with more of them the servers' core is full, and latency tells of the queue before it
MEASURES = {"per_second": "requests/s", "cpu_us": "µs CPU", "p50": "ms p50", "p99": "ms p99"}


@dataclass(frozen=True)
class Plan:
    rounds: int
    seconds: float  # of each load
    photos: int  # in the room whose list is asked for
    calls: int  # of the list


FULL = Plan(rounds=7, seconds=3, photos=10_000, calls=400)
QUICK = Plan(rounds=1, seconds=1, photos=100, calls=10)


@dataclass
class Results:
    loads: dict[str, list[Load]] = field(default_factory=lambda: {who: [] for who in (MEMBER, PLAIN, CHECKED, CALM_MEMBER, CALM_PLAIN)})
    list_ms: list[float] = field(default_factory=list)

    def of(self, who: str, measure: str) -> float:
        return median(values(self.loads[who], measure))

    def ratio(self, ours: str, other: str, measure: str) -> float:
        """The median over the rounds of ours over theirs: a busy moment of the machine hits both halves of a round."""
        pairs = zip(values(self.loads[ours], measure), values(self.loads[other], measure), strict=True)
        return median(one / two for one, two in pairs)


def values(loads: list[Load], measure: str) -> list[float]:
    return [asdict(load)[measure] for load in loads]


def measure(results: Results, home: Gallery, plan: Plan, cores: machine.Cores) -> None:
    """All in turn, round by round, so that they share the machine's better and worse moments.

    Before each load comes one request by itself: what is measured is a room that somebody is in, not their first step into it.
    """
    addresses = {MEMBER: home.member, PLAIN: home.plain, CALM_MEMBER: home.member, CALM_PLAIN: home.plain, CHECKED: home.checked}
    load.run(home.member, home.cookie, home.pids, 1, cores.load)  # Salon lets nginx have the picture
    for number in range(plan.rounds):
        for who in list(addresses) if number % 2 else [PLAIN, MEMBER, CALM_PLAIN, CALM_MEMBER, CHECKED]:
            lines = CALM_LINES if who in (CALM_MEMBER, CALM_PLAIN) else load.LINES
            httpx.get(addresses[who], headers={"Cookie": home.cookie}, timeout=60).raise_for_status()
            results.loads[who].append(load.run(addresses[who], home.cookie, home.pids, plan.seconds, cores.load, lines))
    results.list_ms = listed(home, plan.calls)


def listed(home: Gallery, calls: int) -> list[float]:
    """Milliseconds of the room's first page of photos, asked for by one member again and again."""
    line = http.client.HTTPConnection(urlsplit(home.url).netloc, timeout=60)
    times = []
    for _ in range(calls):
        began = time.perf_counter()
        line.request("GET", f"/api/v1/rooms/{home.room}/photos", headers={"Cookie": home.cookie})
        answer = line.getresponse()
        answer.read()
        if answer.status != 200:
            raise BrokenError(f"the list of photos was answered with {answer.status}")
        times.append((time.perf_counter() - began) * 1000)
    line.close()
    return times


def verdicts(results: Results) -> list[Verdict]:
    def over(title: str, ours: str, other: str, measure: str, bound: float) -> Verdict:
        return Verdict(
            title, results.ratio(ours, other, measure), bound, "×", results.of(ours, measure), results.of(other, measure), at_most=True
        )

    django = results.ratio(CHECKED, MEMBER, "cpu_us")
    return [
        over("CPU, member over no check", MEMBER, PLAIN, "cpu_us", 1.25),
        over("p99, member over no check", CALM_MEMBER, CALM_PLAIN, "p99", 1.5),
        Verdict("CPU, Django's check over member", django, 100, "×", results.of(CHECKED, "cpu_us"), results.of(MEMBER, "cpu_us")),
    ]


def rows(results: Results, found: list[Verdict], plan: Plan) -> list[Row]:
    loads = [Row(f"{who}, {unit}", results.of(who, name), unit) for who in results.loads for name, unit in MEASURES.items()]
    listed = [Row(f"list of {plan.photos:,} photos, p{share}", percentile(results.list_ms, share / 100), "ms") for share in (50, 99)]
    return [*loads, *listed, *(verdict.row for verdict in found)]


def tell(results: Results, plan: Plan, folder: Path) -> None:
    found = verdicts(results)
    lines = [[who, *(short(results.of(who, name)) for name in MEASURES)] for who in results.loads]
    print(table("A thumbnail of 60 KB", ["", *MEASURES.values()], lines))
    times = ", ".join(f"p{share} {short(percentile(results.list_ms, share / 100))} ms" for share in (50, 99))
    print(f"\nList of {plan.photos:,} photos: {times}")
    print(targets(found))
    print(f"Written to {report.write('serving', rows(results, found, plan), folder)}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.serving", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round: shows that it works, measures nothing")
    parser.add_argument("--folder", type=Path, default=report.FOLDER, help="where serving.json is written (default: %(default)s)")
    chosen, began = parser.parse_args(), time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the way of an exception, past every `finally`
    missing = load.missing() or Backing.missing() or (None if find_nginx() else "nginx is not installed")
    if missing:
        print(f"SKIPPED: {missing}")
        return 0
    machine.allow_many_files()
    plan, cores, backing, results = QUICK if chosen.quick else FULL, machine.Cores(), Backing(), Results()
    print(f"Machine: {cores}. Python {sys.version.split()[0]}.", flush=True)
    try:
        with gallery.opened(backing, cores, plan.photos) as home:
            measure(results, home, plan, cores)
    except BrokenError as error:
        print(f"WRONG: {error}")
        return 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave a database running
        backing.stop()
        machine.stop_the_rest()
    tell(results, plan, chosen.folder)
    print(f"\n{time.monotonic() - began:.0f} s in all.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

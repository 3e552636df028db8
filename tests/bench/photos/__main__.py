"""`python -m tests.bench.photos`: Salon's pipeline beside others, photo by photo in one interleaved run, and a server full of uploads.

`make bench-photos` starts it.
"""

import argparse
import signal
import sys
import time
from pathlib import Path

from tests.bench import report
from tests.bench.live import machine
from tests.bench.live.backing import Backing
from tests.bench.photos import corpus, rounds, table
from tests.bench.photos.contestants.contestant import CONTESTANTS, BrokenError, Contestant
from tests.bench.photos.rounds import Results
from tests.bench.photos.served import flow
from tests.bench.photos.served.found import Found

BUDGET_SECONDS = 350
KIND_SECONDS = 22  # for one kind of photo


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.photos", description=__doc__)
    parser.add_argument("--contestants", default=",".join(CONTESTANTS), help="which to measure (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=15, help="medians are of this many, if they fit in (default: %(default)s)")
    parser.add_argument("--only", choices=["pipeline", "server"], help="one of the two parts (default: both)")
    parser.add_argument("--quick", action="store_true", help="few small photos: shows that it works, measures nothing")
    parser.add_argument("--folder", type=Path, default=report.FOLDER, help="where photos.json is written (default: %(default)s)")
    chosen = parser.parse_args()
    chosen.contestants = [name.strip() for name in chosen.contestants.split(",")]
    unknown = set(chosen.contestants) - set(CONTESTANTS)
    if unknown:
        parser.error(f"no such contestant: {', '.join(sorted(unknown))}; there are {', '.join(CONTESTANTS)}")
    return chosen


def main() -> int:
    chosen, began = options(), time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the way of an exception, past every `finally`
    machine.allow_many_files()
    cores, results, found = machine.Cores(), Results(), Found()
    print(f"Machine: {len(cores.all)} cores. Python {sys.version.split()[0]}.")
    try:
        if chosen.only != "server":
            measure_pipelines(results, take_in(chosen.contestants), cores, 1 if chosen.quick else chosen.rounds, quick=chosen.quick)
        if chosen.only != "pipeline":
            measure_server(found, began + BUDGET_SECONDS - flow.SETTLING_SECONDS, quick=chosen.quick)
    except BrokenError as error:
        found.failures.append(str(error))
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave a database running
        machine.stop_the_rest()
    tell(results, found, chosen)
    print(f"\n{time.monotonic() - began:.0f} s in all.")
    return 1 if found.failures else 0


def take_in(names: list[str]) -> list[Contestant]:
    """Those that can run here, made ready. The others are named with the reason."""
    contestants = []
    for contestant in (CONTESTANTS[name]() for name in names):
        reason = contestant.missing()
        if reason:
            print(f"SKIPPED {contestant.name}: {reason}")
            continue
        contestant.prepare()
        contestants.append(contestant)
        print(f"{contestant.name} {contestant.version}".rstrip() + f": {contestant.about}")
    return contestants


def measure_pipelines(results: Results, contestants: list[Contestant], cores: machine.Cores, times: int, *, quick: bool) -> None:
    for name, kind in (corpus.SMALL if quick else corpus.KINDS).items():
        start = time.monotonic()
        size = corpus.path_of(kind).stat().st_size / 1e6
        rounds.measure(results, name, kind, contestants, cores.server, times, KIND_SECONDS)
        print(f"{kind.title}, {size:.1f} MB: {results.rounds[name]} rounds, {time.monotonic() - start:.0f} s", flush=True)


def measure_server(found: Found, end: float, *, quick: bool) -> None:
    backing, plan = Backing(), flow.QUICK if quick else flow.FULL
    missing = backing.missing()
    if missing:
        print(f"SKIPPED the server: {missing}")
        return
    try:
        from tests.bench.photos.served import house

        with house.opened(backing) as home:
            flow.run_all(found, home, plan, end)
    finally:
        backing.stop()


def tell(results: Results, found: Found, chosen: argparse.Namespace) -> None:
    verdicts = table.verdicts(results, found)
    print(table.figures(results, chosen.contestants))
    print(table.served(found))
    print(table.targets(verdicts))
    print("\n" + "\n".join(table.remarks(results)))
    print(*(f"WRONG: {text}" for text in dict.fromkeys(found.failures)), sep="\n")
    print(f"Written to {report.write('photos', table.rows(results, found, verdicts), chosen.folder)}")


if __name__ == "__main__":
    sys.exit(main())

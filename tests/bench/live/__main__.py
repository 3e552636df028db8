"""`python -m tests.bench.live`: Salon's live core against its peers, in one interleaved run. `make bench-live` starts it."""

import argparse
import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import report
from tests.bench.live import machine, table
from tests.bench.live.backing import Backing
from tests.bench.live.crowd import BrokenError
from tests.bench.live.measures import FULL, QUICK, Plan, Results, Round
from tests.bench.live.peers.peer import Peer
from tests.bench.live.roster import PEERS

BUDGET_SECONDS = 290
ROOMS_SECONDS = 25  # kept free for each peer that is measured with many rooms
TURN_SECONDS = 20


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.live", description=__doc__)
    parser.add_argument("--peers", default=",".join(PEERS), help="which to measure (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="medians are of this many (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="one short round of few sockets: shows that it works, measures nothing")
    parser.add_argument("--folder", type=Path, default=report.FOLDER, help="where live.json is written (default: %(default)s)")
    chosen = parser.parse_args()
    chosen.peers = [name.strip() for name in chosen.peers.split(",")]
    unknown = set(chosen.peers) - set(PEERS)
    if unknown:
        parser.error(f"no such peer: {', '.join(sorted(unknown))}; there are {', '.join(PEERS)}")
    return chosen


def main() -> int:
    chosen = options()
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the way of an exception, past every `finally`
    machine.allow_many_files()
    cores, backing = machine.Cores(), Backing()
    os.sched_setaffinity(0, cores.load)
    print(f"Machine: {cores}. Python {sys.version.split()[0]}.")
    try:
        peers = take_in([PEERS[name](backing, cores) for name in chosen.peers])
        run = Run(peers, QUICK if chosen.quick else FULL, began)
        run.all(1 if chosen.quick else chosen.rounds)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave a database running
        backing.stop()
        machine.stop_the_rest()
    tell(run.results, chosen.folder)
    print(f"\n{time.monotonic() - began:.0f} s in all.")
    return 1 if run.broken else 0


def take_in(candidates: list[Peer]) -> list[Peer]:
    """Those that can run here, made ready. The others are named with the reason."""
    peers = []
    for peer in candidates:
        reason = peer.missing()
        if reason:
            print(f"SKIPPED {peer.name}: {reason}")
            continue
        peer.prepare()
        peers.append(peer)
        print(f"{peer.name} {peer.version}".rstrip() + f": {peer.about}")
    return peers


class Run:
    """The rounds, peer by peer in each, for as long as there is time. A peer that breaks takes no further part."""

    def __init__(self, peers: list[Peer], plan: Plan, began: float) -> None:
        self.peers, self.plan, self.began = peers, plan, began
        self.results = Results()
        self.broken = False

    @property
    def left(self) -> float:
        return self.began + BUDGET_SECONDS - time.monotonic()

    def all(self, rounds: int) -> None:
        gc.collect()
        gc.freeze()
        gc.disable()  # a collection in the middle of a measurement would be taken for the server's delay
        for_rooms, longest = ROOMS_SECONDS * sum(peer.has_rooms for peer in self.peers), 0.0
        for number in range(rounds):
            start = time.monotonic()
            if self.left < longest + for_rooms:
                print(f"Round {number + 1} is left out: it would not fit into {BUDGET_SECONDS} s.")
                break
            for peer in list(self.peers):
                self.take_turn(f"Round {number + 1}", peer, Round.run)
            longest = max(longest, time.monotonic() - start - (self.results.trials_seconds if number == 0 else 0))
        for peer in [peer for peer in self.peers if peer.has_rooms]:
            self.take_turn("Many rooms", peer, Round.run_rooms)

    def take_turn(self, title: str, peer: Peer, turn: Callable[[Round], None]) -> None:
        if self.left < TURN_SECONDS:
            print(f"{title}, {peer.name}: left out, there is no time left.")
            return
        start = time.monotonic()
        try:
            turn(Round(peer, self.plan, self.results))
        except (BrokenError, AssertionError, OSError) as error:
            print(f"BROKEN {peer.name}: {error}. It takes no further part.\n{peer.last_words}")
            self.peers.remove(peer)
            self.broken = True
        print(f"{title}, {peer.name}: {time.monotonic() - start:.1f} s", flush=True)
        gc.collect()


def tell(results: Results, folder: Path) -> None:
    names = list(dict.fromkeys(peer for peer, _, _ in results.samples))
    print(table.figures(results, names))
    print(table.windows(results))
    print(table.ratios(results, names))
    print(table.verdicts(results))
    print("\n" + "\n".join(table.remarks(results, names)))
    print(f"Written to {report.write('live', table.rows(results, names), folder)}")


if __name__ == "__main__":
    sys.exit(main())

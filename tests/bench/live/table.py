"""What the run says: figures of every peer, Salon's over each, and the targets with a verdict."""

from dataclasses import dataclass
from statistics import median

from tests.bench.live.measures import LOAD, MANY_ROOMS, MEMORY, ONE_ROOM, P50, PACED_CPU, RATE, UNITS, Results
from tests.bench.report import Row, short, table

OURS = "salon"
LIMIT = 0.92  # of its core; beyond it the load generator, not the server, may be what was measured
NOTES = (
    "Deliveries are events that reached a socket. Salon joins events that wait already into one frame; the others send a frame for each.",
    "CPU is that of the server and its children. Redis and PostgreSQL work on the load's core and are not in it.",
)


@dataclass(frozen=True)
class Target:
    """`bound` is a ratio of Salon's figure to the peer's, or of the peer's to Salon's where `less` is meant; without a peer, a figure."""

    title: str
    measure: str
    sockets: int
    peer: str | None
    bound: float
    at_most: bool = False
    less: bool = False

    def reached(self, ours: float, peer: float | None) -> float:
        if peer is None:
            return ours
        return peer / ours if self.less else ours / peer

    def met(self, reached: float) -> bool:
        return reached <= self.bound if self.at_most else reached >= self.bound

    @property
    def unit(self) -> str:
        return UNITS[self.measure] if self.peer is None else "× less" if self.less else "×"


TARGETS = (
    Target("against naive Channels, 200 sockets, saturated", RATE, 200, "naive", 25),
    Target("against naive Channels, CPU of a delivery at 2 000/s", PACED_CPU, 200, "naive", 13, less=True),
    Target("against socket.io, 200 sockets, saturated", RATE, 200, "socket.io", 1.1),
    Target("against socket.io, 1 000 sockets, saturated", RATE, 1000, "socket.io", 1.1),
    Target("against socket.io, 50 sockets, saturated", RATE, 50, "socket.io", 0.8),
    Target("against socket.io, p50 at 2 000/s", P50, 200, "socket.io", 1.1, at_most=True),
    Target("against nchan, 200 sockets, saturated", RATE, 200, "nchan", 0.4),
    Target("memory of an idle signed-in socket", MEMORY, 1000, None, 20, at_most=True),
)


def measured(results: Results) -> list[tuple[str, int]]:
    """Each measure with its number of sockets, in the order of UNITS."""
    found = {(measure, sockets) for _, measure, sockets in results.samples}
    return sorted(found, key=lambda pair: (list(UNITS).index(pair[0]), pair[1]))


def figures(results: Results, peers: list[str]) -> str:
    lines = []
    for measure, sockets in measured(results):
        cells = [with_spread(results.samples.get((peer, measure, sockets), [])) for peer in peers]
        lines.append([f"{measure}, {sockets:,} sockets", UNITS[measure], *cells])
    return table("Medians, and how far the samples lie from their middle at most", ["", "unit", *peers], lines)


def with_spread(samples: list[float]) -> str:
    if not samples:
        return short(None)
    middle, reach = median(samples), (max(samples) - min(samples)) / 2
    return f"{short(middle)} ±{reach / middle:.0%}" if len(samples) > 1 and middle else short(middle)


def windows(results: Results) -> str:
    """How much the number of events in flight matters to each peer; the best of a line is what was then measured."""
    columns = sorted({window for tried in results.windows.values() for window in tried})
    lines = [
        [f"{peer}, {sockets:,} sockets", *(short(tried.get(window)) for window in columns)]
        for (peer, sockets), tried in sorted(results.windows.items(), key=lambda item: (item[0][1], item[0][0]))
    ]
    return table(
        "Deliveries/s by events in flight (short trials of the first round; the best window was then measured)",
        ["", *map(str, columns)],
        lines,
    )


def ratios(results: Results, peers: list[str]) -> str:
    others = [peer for peer in peers if peer != OURS]
    lines = []
    for measure, sockets in measured(results):
        ours = results.median(OURS, measure, sockets)
        if ours is not None and measure != LOAD:
            theirs = [results.median(peer, measure, sockets) for peer in others]
            lines.append([f"{measure}, {sockets:,} sockets", *(short(ours / peer if peer else None) for peer in theirs)])
    return table("Salon's figure over the peer's", ["", *others], lines)


def verdicts(results: Results) -> str:
    lines = []
    for row in target_rows(results):
        at_most, bound = row.details["at_most"], row.details["target"]
        share = bound / row.value if at_most else row.value / bound
        verdict = "met" if row.details["met"] else "NOT MET"
        lines.append(
            [row.name, f"{'≤' if at_most else '≥'} {short(bound)} {row.unit}", f"{short(row.value)} {row.unit}", short(share), verdict]
        )
    return table("Targets (a share of 1 or more meets them)", ["", "target", "reached", "share", "verdict"], lines)


def target_rows(results: Results) -> list[Row]:
    rows = []
    for target in TARGETS:
        ours = results.median(OURS, target.measure, target.sockets)
        peer = results.median(target.peer, target.measure, target.sockets) if target.peer else None
        if ours is None or (target.peer and peer is None):
            continue
        reached = target.reached(ours, peer)
        details = {
            "of": UNITS[target.measure], "against": target.peer, "measure": target.measure, "n": target.sockets,
            "target": target.bound, "at_most": target.at_most, "met": target.met(reached),
        }  # fmt: skip
        rows.append(Row(target.title, reached, target.unit, ours, peer, details))
    return rows


def rows(results: Results, peers: list[str]) -> list[Row]:
    """Every figure, every ratio, every target."""
    found = []
    for measure, sockets in measured(results):
        name = f"{measure}, {sockets} sockets"
        ours = results.median(OURS, measure, sockets)
        for peer in peers:
            value = results.median(peer, measure, sockets)
            if value is None:
                continue
            samples = results.samples[peer, measure, sockets]
            details = {"who": peer, "measure": measure, "n": sockets, "low": min(samples), "high": max(samples), "samples": len(samples)}
            if measure == RATE:
                details |= {"window": results.best_window(peer, sockets), "by_window": results.windows[peer, sockets]}
            whose = {"ours": value} if peer == OURS else {"peer": value}
            found.append(Row(f"{peer}: {name}", value, UNITS[measure], **whose, details=details))
            if peer != OURS and ours is not None and value and measure != LOAD:
                details = {"of": UNITS[measure], "against": peer, "measure": measure, "n": sockets}
                found.append(Row(f"salon over {peer}: {name}", ours / value, "×", ours, value, details))
    return found + target_rows(results)


def remarks(results: Results, peers: list[str]) -> list[str]:
    """What a reader must know to trust the figures, or not to."""
    found = list(NOTES)
    for (peer, measure, sockets), samples in results.samples.items():
        if measure == LOAD and max(samples) > LIMIT:
            found.append(f"{peer}, {sockets} sockets: the load generator used {max(samples):.0%} of its core and may have been the limit.")
    for peer in peers:
        small = {
            sockets: results.median(peer, MANY_ROOMS, sockets)
            for name, measure, sockets in results.samples
            if (name, measure) == (peer, MANY_ROOMS)
        }
        one = next((results.median(peer, ONE_ROOM, n) for name, measure, n in results.samples if (name, measure) == (peer, ONE_ROOM)), None)
        if one and small:
            few, many = small[min(small)] or 0, small[max(small)] or 0
            found.append(
                f"{peer}: a delivery costs {many / few:.2f} times as much in ten times as many small rooms, "
                f"and {many / one:.2f} times as much in the small rooms as in one large room."
            )
    return found

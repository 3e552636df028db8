"""What the run says: figures of every contestant, the targets with a verdict, and the rows for the file."""

from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.bench.photos.corpus import KINDS, SMALL
from tests.bench.photos.rounds import CPU, ENCODED, PEAK, PIXELS, TIME, UNITS, Results
from tests.bench.photos.served.found import ANSWER, Found
from tests.bench.report import Row, short, table

OURS = "salon"
ANSWER_MS = 300  # p99
SHARPS = ("sharp", "sharp-chained")
TITLES = {name: kind.title for name, kind in (KINDS | SMALL).items()}


@dataclass(frozen=True)
class Verdict:
    """`bound` is what `value` must reach: at most, or at least. The unit is "×" where `value` is a ratio of `ours` and `peer`.

    Of times on one core that is CPU time, which is the same on a quiet machine and right on others; `clock` is what the clock says.
    """

    title: str
    value: float
    bound: float
    unit: str
    ours: float
    peer: float | None = None
    at_most: bool = False
    clock: float | None = None

    @property
    def met(self) -> bool:
        return self.value <= self.bound if self.at_most else self.value >= self.bound

    @property
    def row(self) -> Row:
        details = {"target": self.bound, "at_most": self.at_most, "met": self.met, "clock": self.clock}
        return Row(self.title, self.value, self.unit, self.ours, self.peer, details)

    @property
    def cells(self) -> list[str]:
        sign = "≤" if self.at_most else "≥"
        return [
            self.title,
            f"{sign} {short(self.bound)} {self.unit}",
            f"{short(self.value)} {self.unit}",
            f"{short(self.clock)} {self.unit}" if self.clock else "",
            "met" if self.met else "NOT MET",
        ]


def verdicts(results: Results, found: Found) -> list[Verdict]:
    made = [verdict for kind in results.kinds for verdict in of_kind(results, kind)]
    waits = [(name, value) for name, (value, _) in found.figures.items() if name.endswith(f"{ANSWER}, p99")]
    return made + [Verdict(name, value, ANSWER_MS, "ms", value, at_most=True) for name, value in waits]


def of_kind(results: Results, kind: str) -> list[Verdict]:
    title, found = TITLES[kind], []

    def best(measure: str, *names: str) -> float | None:
        return min((value for name in names if (value := results.median(kind, name, measure)) is not None), default=None)

    ours, naive, sharp = best(CPU, OURS), best(CPU, "pillow"), best(CPU, *SHARPS)
    clock, of_naive, of_sharp = best(TIME, OURS), best(TIME, "pillow"), best(TIME, *SHARPS)
    if ours and naive and clock and of_naive:
        found.append(Verdict(f"{title}: faster than naive Pillow", naive / ours, 4, "×", ours, naive, clock=of_naive / clock))
    if ours and sharp and clock and of_sharp:
        words = f"{title}: time over that of sharp, whichever way is faster"
        found.append(Verdict(words, ours / sharp, 1, "×", ours, sharp, at_most=True, clock=clock / of_sharp))
    memory, of_sharp = best(PEAK, OURS), best(PEAK, *SHARPS)
    if memory and of_sharp:
        words = f"{title}: memory over that of sharp, whichever way takes less"
        found.append(Verdict(words, memory / of_sharp, 0.5, "×", memory, of_sharp, at_most=True))
    pixels = best(PIXELS, OURS)
    if pixels:
        found.append(Verdict(f"{title}: PSNR before encoding, the worst size", pixels, 45, "dB", pixels))
    return found


def targets(found: list[Verdict]) -> str:
    return table("Targets", ["", "target", "reached", "by the clock", "verdict"], [verdict.cells for verdict in found])


def served(found: Found) -> str:
    lines = [[name, short(value), unit] for name, (value, unit) in found.figures.items()]
    return table("A server on two cores, with its worker, PostgreSQL, Redis and the people", ["", "value", "unit"], lines)


def figures(results: Results, names: list[str]) -> str:
    return "\n".join(figures_of(results, kind, names) for kind in results.kinds)


def figures_of(results: Results, kind: str, names: list[str]) -> str:
    lines = []
    for measure, part in parts(results, kind):
        cells = [with_spread(results.samples.get((kind, name, measure, part), [])) for name in names]
        lines.append([f"{measure}{part and ', '}{part}", UNITS[measure], *cells])
    title = f"{TITLES[kind]}, on one core: medians of {results.rounds[kind]}, and how far the samples lie from their middle at most"
    return table(title, ["", "unit", *names], lines)


def parts(results: Results, kind: str) -> list[tuple[str, str]]:
    """Each measure, and then its parts, in the order of UNITS; what the file has and nobody wants to read is left out."""
    found = {(measure, part) for of, _, measure, part in results.samples if of == kind and (measure, part != "") != (ENCODED, True)}
    order = list(UNITS)
    return sorted(found, key=lambda pair: (order.index(pair[0]), pair[1] != ""))


def with_spread(samples: list[float]) -> str:
    if not samples:
        return short(None)
    middle, reach = median(samples), (max(samples) - min(samples)) / 2
    return f"{short(middle)} ±{reach / middle:.0%}" if len(samples) > 1 and middle else short(middle)


def rows(results: Results, found: Found, reached: list[Verdict]) -> list[Row]:
    """Every figure and every target."""
    made = []
    for (kind, who, measure, part), samples in results.samples.items():
        value = median(samples)
        details: dict[str, Any] = {"who": who, "kind": kind, "measure": measure, "part": part or None}
        details |= {"low": min(samples), "high": max(samples), "samples": len(samples)}
        whose = {"ours": value} if who in (OURS, "sandboxed") else {"peer": value}
        name = f"{who}: {TITLES[kind]}: {measure}{part and ', '}{part}"
        made.append(Row(name, value, UNITS[measure], **whose, details=details))
    made += [Row(name, value, unit, ours=value) for name, (value, unit) in found.figures.items()]
    return made + [verdict.row for verdict in reached]


def remarks(results: Results) -> list[str]:
    """What a reader must know to trust the figures."""
    found = [f"{who} takes no part in {TITLES[kind]}: {reason.strip().rstrip('.')}." for (kind, who), reason in results.reasons.items()]
    return [*NOTES, *found]


NOTES = (
    "Salon's time is for all that an upload waits for: the checks, the facts, the blur, the three pictures and the editions.",
    f"{PEAK[:1].upper()}{PEAK[1:]} is what the kernel has seen of the process (VmHWM), the language and its libraries included; of "
    "`sandboxed` it is that of the child.",
)

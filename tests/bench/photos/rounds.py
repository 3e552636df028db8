"""The rounds: every contestant develops the same photo once in each, in an order that is drawn anew each time."""

import random
import time
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median

from tests.bench.photos import corpus, quality
from tests.bench.photos.contestants.contestant import CannotError, Contestant
from tests.bench.photos.corpus import Kind
from tests.bench.photos.quality import Best

TIME, CPU, BYTES = "time", "CPU", "bytes"
PEAK, OWN = "peak memory", "peak memory, of it for the photo"
ENCODED, PIXELS = "PSNR of the result", "PSNR before encoding"
UNITS = {TIME: "ms", CPU: "ms", BYTES: "KB", PEAK: "MiB", OWN: "MiB", ENCODED: "dB", PIXELS: "dB"}
LEAST_ROUNDS = 3


@dataclass
class Results:
    """Samples by kind of photo, contestant, and measure with its part, such as ("time", "view"). The part of a whole is ""."""

    samples: dict[tuple[str, str, str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)  # why there are none, by kind and contestant
    rounds: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, kind: str, who: str, measure: str, parts: dict[str, float], whole: float | None = None) -> None:
        for part, value in parts.items():
            if len(parts) > 1 or whole is None:
                self.samples[kind, who, measure, part].append(value)
        if whole is not None:
            self.samples[kind, who, measure, ""].append(whole)

    def median(self, kind: str, who: str, measure: str, part: str = "") -> float | None:
        found = self.samples.get((kind, who, measure, part))
        return median(found) if found else None

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys(kind for kind, *_ in self.samples))


def measure(results: Results, name: str, kind: Kind, contestants: list[Contestant], core: set[int], rounds: int, seconds: float) -> None:
    """So many rounds, or as many as fit into the seconds, but never less than three."""
    path, end = corpus.path_of(kind), time.monotonic() + seconds
    best = Best(path)
    try:
        able = [contestant for contestant in contestants if warmed_up(results, name, kind, contestant, core, best)]
        while results.rounds[name] < rounds and (results.rounds[name] < LEAST_ROUNDS or time.monotonic() < end):
            for contestant in random.sample(able, len(able)):
                take_turn(results, name, kind, contestant)
            results.rounds[name] += 1
        for contestant in able:
            base, peak = contestant.memory()
            results.add(name, contestant.name, PEAK, {}, peak)
            results.add(name, contestant.name, OWN, {}, peak - base)
    finally:
        for contestant in contestants:
            contestant.stop()
    pixels = {part: best.psnr(image) for part, image in quality.before_encoding(path, kind.format).items()}
    results.add(name, "salon", PIXELS, pixels, min(pixels.values()))


def warmed_up(results: Results, name: str, kind: Kind, contestant: Contestant, core: set[int], best: Best) -> bool:
    """Whether it can do this photo. What it makes is looked at once: a quick wrong picture is none."""
    try:
        contestant.start(core)
        turn = contestant.develop(corpus.path_of(kind), kind.format, show=True)
    except CannotError as reason:
        results.reasons[name, contestant.name] = str(reason)
        return False
    encoded = quality.check(contestant.name, turn.pictures, best)
    results.add(name, contestant.name, ENCODED, encoded, min(encoded.values()))
    sizes = {part: size / 1000 for part, size in turn.sizes.items()}
    results.add(name, contestant.name, BYTES, sizes, sum(sizes.values()))
    return True


def take_turn(results: Results, name: str, kind: Kind, contestant: Contestant) -> None:
    turn = contestant.develop(corpus.path_of(kind), kind.format)
    results.add(name, contestant.name, TIME, turn.ms, sum(turn.ms.values()))
    results.add(name, contestant.name, CPU, turn.cpu, sum(turn.cpu.values()))

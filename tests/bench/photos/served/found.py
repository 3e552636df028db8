"""What was found out about the server."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

ANSWER = "answer to another member"  # ends the title of what a target is about


@dataclass
class Found:
    """Figures by name, with their unit; and what went wrong."""

    figures: dict[str, tuple[float, str]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str) -> None:
        self.figures[name] = (value, unit)

    def add_times(self, title: str, milliseconds: Sequence[float], *shares: float) -> None:
        if not milliseconds:
            self.failures.append(f"{title}: there is none")
            return
        for share in shares:
            self.add(f"{title}, p{share * 100:.0f}", percentile(milliseconds, share), "ms")


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that so many of all do not exceed."""
    return sorted(samples)[max(0, math.ceil(share * len(samples)) - 1)]

"""Everything that is known about a run: what was done and answered, what each member heard and when, and what was wrong."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Write:
    """A change that was answered 2xx. An event of `kind` whose data holds `data` must be in the room's journal."""

    room: int
    kind: str
    data: dict[str, Any]


@dataclass
class Departure:
    """Somebody was removed or left. From `answered` (None: nobody answered) until they ask to come back they may hear nothing."""

    member: int
    room: int
    asked: float
    answered: float | None = None
    asked_back: float | None = None
    is_back: float | None = None

    def __str__(self) -> str:
        return f"member {self.member}, out of room {self.room} at {self.answered or self.asked:.2f}"


@dataclass(frozen=True)
class Heard:
    """A frame that reached a member. `late` says that they had stopped reading, so that it may have waited for them."""

    at: float
    type: str
    newest: datetime | None
    late: bool


@dataclass
class Ledger:
    started: float = field(default_factory=time.monotonic)
    started_at: float = field(default_factory=time.time)
    did: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    timeline: list[str] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    departures: list[Departure] = field(default_factory=list)
    redis_away: list[tuple[float, float]] = field(default_factory=list)
    stopping: dict[str, float] = field(default_factory=dict)  # servers that were asked to stop, by address, and when
    happened: dict[tuple[int, int], float] = field(default_factory=dict)  # when, by room and number
    lags: list[tuple[float, float]] = field(default_factory=list)
    closing_delays: dict[str, list[float]] = field(default_factory=lambda: {"with Redis": [], "without Redis": []})

    def now(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.started

    def moment(self, at: datetime) -> float:
        """The same for a moment that a server names; its clock is ours."""
        return at.timestamp() - self.started_at

    def note(self, text: str) -> None:
        self.timeline.append(f"{self.now():8.3f}  {text}")

    def violation(self, text: str) -> None:
        self.note(f"WRONG: {text}")
        self.wrong.append(f"{self.now():.2f}: {text}")

    def count(self, what: str, number: int = 1) -> None:
        self.did[what] += number

    def last_departure(self, member: int, room: int) -> Departure | None:
        mine = [departure for departure in self.departures if (departure.member, departure.room) == (member, room)]
        return mine[-1] if mine else None

    def lag_between(self, start: float, end: float) -> float:
        """The longest our own process stood still in that time: what it says about others is late by as much."""
        return max((lag for at, lag in self.lags if start <= at <= end + lag), default=0.0)

    def without_redis(self, start: float, end: float) -> bool:
        return any(gone < end and start < back for gone, back in self.redis_away)

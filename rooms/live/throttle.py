import asyncio
from collections.abc import Callable


class Throttle:
    """Runs `action` at once when it has rested long enough, else once when it has: many calls become one, none is forgotten."""

    __slots__ = ("action", "rested_at", "timer")

    def __init__(self, action: Callable[[], None]) -> None:
        self.action = action
        self.rested_at = 0.0
        self.timer: asyncio.TimerHandle | None = None

    def call(self, seconds: float) -> None:
        """Ask for `action`, at least `seconds` after it ran last."""
        if self.timer is not None:
            return
        loop = asyncio.get_running_loop()
        if loop.time() >= self.rested_at:
            self.run(seconds)
        else:
            self.timer = loop.call_at(self.rested_at, self.run, seconds)

    def run(self, seconds: float) -> None:
        self.timer = None
        self.rested_at = asyncio.get_running_loop().time() + seconds
        self.action()

    def cancel(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

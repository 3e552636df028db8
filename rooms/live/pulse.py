import time
from typing import Any, ClassVar


class Pulses:
    """Numbered messages by which a process knows that the channel layer brings what is sent, and which others live."""

    SECONDS: ClassVar[float] = 0.5  # shorter than the second that channels-redis rests after losing its Redis
    SILENCE: ClassVar[float] = 10.0  # after it, a process is taken for dead and its people for gone

    def __init__(self, process: str) -> None:
        self.process = process
        self.sent = 0
        self.sent_at = time.monotonic()
        self.felt = 0
        self.heard: dict[str, float] = {}  # when each other process was heard last

    def next(self) -> dict[str, Any]:
        self.sent += 1
        self.sent_at = time.monotonic()
        return {"type": "hub.pulse", "process": self.process, "number": self.sent}

    def paused(self) -> bool:
        """Whether this process has not run for so long that others may have taken it for dead."""
        return time.monotonic() - self.sent_at > self.SILENCE / 2

    def feel(self, process: str, number: int) -> bool:
        """Note a pulse. False when one of our own before it got lost."""
        if process != self.process:
            self.heard[process] = time.monotonic()
            return True
        unbroken = number <= self.felt + 1 or self.felt == 0
        self.felt = number
        return unbroken

    def silent(self) -> list[str]:
        """Processes that have fallen silent since this was asked last."""
        oldest = time.monotonic() - self.SILENCE
        silent = [process for process, heard in self.heard.items() if heard < oldest]
        for process in silent:
            del self.heard[process]
        return silent

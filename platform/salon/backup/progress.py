import time
from collections.abc import Callable

EVERY_SECONDS = 10


class Progress:
    """Says now and then how far long work has come. `total` is in bytes."""

    def __init__(self, total: int, say: Callable[[str], None]) -> None:
        self.total = total
        self.say = say
        self.files = self.bytes = 0
        self.due = time.monotonic() + EVERY_SECONDS

    def add(self, size: int) -> None:
        self.files += 1
        self.bytes += size
        if time.monotonic() >= self.due:
            self.due = time.monotonic() + EVERY_SECONDS
            self.say(f"  {self.files:,} files, {in_words(self.bytes)} of about {in_words(max(self.total, self.bytes))}")


def in_words(size: int) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"

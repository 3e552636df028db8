"""A neighbour that is away is worth two lines in the log: when it goes, and when it is back."""

import logging
import threading
import time

logger = logging.getLogger(__name__)


class Outage:
    def __init__(self, consequence: str) -> None:
        self.consequence = consequence
        self.lock = threading.Lock()
        self.since: float | None = None

    def begin(self, error: BaseException | None) -> None:
        """It does not answer. Said once, until it has answered again."""
        with self.lock:
            if self.since is not None:
                return
            self.since = time.monotonic()
        logger.warning("Redis does not answer (%s): %s", error, self.consequence)

    def end(self) -> None:
        """It answers. Costs nothing unless it was away."""
        if self.since is None:
            return
        with self.lock:
            since, self.since = self.since, None
        if since is not None:
            logger.warning("Redis answers again, after %d s", time.monotonic() - since)


layer = Outage("what happens reaches open pages by the journal, some seconds late")
cache = Outage("until it is back there are no rate limits")

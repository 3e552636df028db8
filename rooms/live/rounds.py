"""Asks the database whether the sockets may stay, and whether their rooms have got further than the layer said."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from itertools import batched

from django.conf import settings

from rooms.live.reading import in_thread
from rooms.live.seat import Seat
from rooms.live.standing import Standing, standing_of

logger = logging.getLogger(__name__)

CHECK_SECONDS = settings.ENV.socket_check_seconds
RETRY_SECONDS = 1.0
AT_ONCE = 500  # seats in one question


class Rounds:
    """`act` is told how seats stand."""

    def __init__(self, act: Callable[[Standing], None]) -> None:
        self.act = act
        self.doubted: set[Seat] = set()
        self.asking: asyncio.Task[None] | None = None

    def doubt(self, seats: Iterable[Seat]) -> None:
        """Check these seats now."""
        self.doubted.update(seats)
        if self.doubted and self.asking is None:
            self.asking = asyncio.create_task(self.ask())

    async def ask(self) -> None:
        while self.doubted:
            seats, self.doubted = self.doubted, set()
            try:
                await self.check(seats)
            except Exception as error:
                logger.warning("The sockets could not be checked (%r); trying again", error)
                self.doubted |= {seat for seat in seats if not seat.over}
                await asyncio.sleep(RETRY_SECONDS)
        self.asking = None

    async def check(self, seats: Collection[Seat]) -> None:
        for some in batched(seats, AT_ONCE):
            self.act(await in_thread(standing_of)(some))

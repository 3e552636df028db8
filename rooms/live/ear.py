"""This process's one channel on the layer: what groups say comes in here, whatever becomes of the layer meanwhile."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from channels.layers import get_channel_layer

from rooms import broadcasts
from salon import outage

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 15.0


class Ear:
    """Takes messages by `take`, one after another; tells `opened` whenever it has a channel that it had not."""

    def __init__(self, take: Callable[[Mapping[str, Any]], None], opened: Callable[[], None]) -> None:
        self.take = take
        self.opened = opened
        self.channel: str | None = None
        self.ready = asyncio.Event()

    async def listen(self) -> None:
        """For ever."""
        wait = RETRY_SECONDS
        while True:
            try:
                if self.channel is None:
                    self.channel = await get_channel_layer().new_channel()
                    self.opened()
                message = await get_channel_layer().receive(self.channel)
                wait = RETRY_SECONDS
            except Exception as error:
                outage.layer.begin(error)
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_RETRY_SECONDS)
            else:
                self.hear(message)

    def hear(self, message: Mapping[str, Any]) -> None:
        outage.layer.end()
        try:
            self.take(message)
        except Exception:  # one that cannot be understood must not stop those behind it
            logger.exception("A message of the channel layer was not understood")

    async def wait_until_ready(self) -> None:
        """Until groups can be joined, or for as long as a layer that is away may hold somebody up."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.ready.wait(), broadcasts.PATIENCE_SECONDS)

    async def join(self, groups: Iterable[str]) -> None:
        """Hear these groups, as far as the layer lets us; joining again is harmless."""
        if self.channel is None:
            return
        try:
            async with asyncio.timeout(broadcasts.PATIENCE_SECONDS):
                for group in groups:
                    await get_channel_layer().group_add(group, self.channel)
        except Exception as error:
            outage.layer.begin(error)

    async def leave(self, group: str) -> None:
        if self.channel is None:
            return
        try:
            async with asyncio.timeout(broadcasts.PATIENCE_SECONDS):
                await get_channel_layer().group_discard(group, self.channel)
        except Exception as error:
            logger.info("The channel layer did not end a subscription (%r)", error)


async def say(group: str, message: dict[str, Any]) -> None:
    """Send what nobody depends on."""
    try:
        await broadcasts.send_in_time(group, message)
    except Exception as error:
        logger.debug("The channel layer did not take a %s (%r)", message["type"], error)

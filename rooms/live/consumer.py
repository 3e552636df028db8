"""One open socket of one member in one room.

The group is joined before the journal is read, and what arrives in between waits its turn: Channels hands a consumer one
message at a time. Every event goes out by number, so nothing is missed and nothing comes twice, however the layer behaves.
"""

import asyncio
import json
import logging
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from accounts.models import User
from rooms import access, broadcasts, journal
from rooms.live.closing import BAD_FRAME, MEMBERSHIP_ENDED, NOT_FOUND, NOT_SIGNED_IN, Closing
from rooms.live.credential import user_of
from rooms.models import Membership
from salon.errors import ProblemError

logger = logging.getLogger(__name__)

PROTOCOL = "salon.v1"
CHECK_SECONDS = settings.ENV.socket_check_seconds  # how long a lost message or a lost kick can go unnoticed


class RoomConsumer(AsyncWebsocketConsumer):
    member: Membership | None = None
    checks: "asyncio.Task[None] | None" = None
    seq = 0  # number of the last event this socket has been sent

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # `disconnect` is not called when a handler fails, so what must be let go is let go here.
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self.checks is not None:
                self.checks.cancel()
            if self.member is not None:
                with suppress(Exception):
                    await self.channel_layer.group_discard(broadcasts.group(self.member.room_id), self.channel_name)

    async def connect(self) -> None:
        # Accepted first: a browser cannot see why a handshake was refused, but it can read a close code.
        await self.accept(PROTOCOL if PROTOCOL in self.scope["subprotocols"] else None)
        user: User | None = await database_sync_to_async(user_of)(self.scope)
        if user is None:
            return await self.end(NOT_SIGNED_IN)
        try:
            self.member = await database_sync_to_async(access.room_for)(user, self.scope["url_route"]["kwargs"]["slug"])
        except ProblemError:
            return await self.end(NOT_FOUND)
        self.turn = asyncio.Lock()
        await self.join()
        await self.greet(self.after())
        self.checks = asyncio.create_task(self.check_for_ever())

    async def join(self) -> None:
        assert self.member is not None
        try:
            async with asyncio.timeout(broadcasts.PATIENCE_SECONDS):
                await self.channel_layer.group_add(broadcasts.group(self.member.room_id), self.channel_name)
        except Exception as error:
            # Without the layer this socket still gets everything, from the journal, a few seconds later.
            logger.warning("A socket could not join its room's group (%r); it reads the journal every %s s", error, CHECK_SECONDS)

    def after(self) -> int | None:
        text = parse_qs(self.scope["query_string"].decode("latin-1")).get("after", [""])[0]
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    async def greet(self, after: int | None) -> None:
        assert self.member is not None
        page = await self.read(after) if after is not None else None
        resumes = page is not None and not page.reset
        newest = page.seq if page else await database_sync_to_async(journal.newest)(self.member.room_id)
        you = {"id": str(self.member.user_id), "name": self.member.user.name, "role": self.member.role}
        mode = "resume" if resumes else "reset"
        await self.send_json({"type": "hello", "room": self.member.room.slug, "you": you, "seq": newest, "mode": mode})
        self.seq = after if resumes and after is not None else newest
        if page is not None and resumes:
            await self.send_page(page)

    async def read(self, after: int) -> journal.Page:
        assert self.member is not None
        page: journal.Page = await database_sync_to_async(journal.since)(self.member.room_id, after)
        return page

    async def send_page(self, page: journal.Page) -> None:
        """Send a page of the journal and those behind it, until there are no more."""
        while page.events:
            await self.send_events(page.events[-1].seq, [broadcasts.text_of(event) for event in page.events])
            if self.seq >= page.seq:
                return
            page = await self.read(self.seq)

    async def send_events(self, seq: int, texts: list[str]) -> None:
        self.seq = seq
        await self.send(text_data=f'{{"type":"events","events":[{",".join(texts)}]}}')

    async def room_event(self, message: dict[str, Any]) -> None:
        """The group's message: an event was committed."""
        async with self.turn:
            if message["seq"] == self.seq + 1:
                await self.send_events(message["seq"], [message["text"]])
            elif message["seq"] > self.seq:
                await self.catch_up()

    async def catch_up(self) -> None:
        page = await self.read(self.seq)
        if page.reset:
            await self.greet(None)
        else:
            await self.send_page(page)

    async def room_end(self, message: dict[str, Any]) -> None:
        """The group's message: somebody's membership, or the room itself, has ended."""
        if self.member is not None and message["user"] in (None, str(self.member.user_id)):
            await self.end(MEMBERSHIP_ENDED)

    async def check_for_ever(self) -> None:
        """The layer may lose any message, a kick too. The database has both."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.check()
            except Exception as error:  # whatever it was, the next round must come
                logger.warning("A socket could not be checked (%r); the next round will tell", error)

    async def check(self) -> None:
        assert self.member is not None
        user: User | None = await database_sync_to_async(user_of)(self.scope)
        if user is None or user.pk != self.member.user_id:
            return await self.end(NOT_SIGNED_IN)
        newest = await database_sync_to_async(access.newest_for)(self.member)
        if newest is None:
            return await self.end(MEMBERSHIP_ENDED)
        async with self.turn:
            if newest > self.seq:
                await self.catch_up()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.end(BAD_FRAME)

    async def send_json(self, frame: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(frame, ensure_ascii=False, separators=(",", ":")))

    async def end(self, closing: Closing) -> None:
        await self.send_json({"type": "bye", "reason": closing.reason})
        await self.close(code=closing.code, reason=closing.reason)

"""Every part of the stack is killed while twenty people add photos. It is brought back, and nothing that was answered is lost."""

import asyncio
import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import pytest

from tests.chaos.crowd import Crowd, Member
from tests.chaos.follower import Follower
from tests.chaos.ledger import Ledger, Write
from tests.chaos.verdict import judge
from tests.chaos.web import GoneError, UnreachableError, Web
from tests.pictures import film, moving, picture
from tests.stack.stack import Stack
from tests.stack.test_restart import CHECK_SECONDS, has_reached

MEMBERS = 20
PAUSE_SECONDS = 0.5  # between two photos of one person
ENOUGH = 3  # photos of each before something is killed, and again after it is back
FILMS = 4  # every fourth adds what the worker has to develop
QUIET_SECONDS = 100  # the task of a killed worker is taken up within a minute
AWAY = (502, 503, 504)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("service", ["web", "worker", "redis", "db", "nginx"])
def test_whatever_is_killed_nothing_that_was_answered_is_lost(stack: Stack, service: str) -> None:
    siege = Siege(stack, stack.gather(MEMBERS, 1))
    try:
        assert asyncio.run(siege.live(service)) == []
    finally:
        stack.up()
    print(f"\n{service}: {len(siege.kept)} photos, {dict(siege.web.trouble)} while it was away")
    if service in ("web", "db", "nginx"):
        assert siege.web.trouble.total()  # it was away for them
    else:
        assert not siege.web.trouble  # nobody needs these two for adding a photo


class PatientWeb(Web):
    """Through one proxy, behind which something may be away. That is said in the API's shape, or nobody answers at all."""

    def __init__(self, url: str, ledger: Ledger, seed: int) -> None:
        super().__init__([url], ledger, seed)
        self.trouble = Counter[str]()

    async def ask(self, member: Member, method: str, path: str, **options: Any) -> httpx.Response:
        """Raises UnreachableError and GoneError."""
        try:
            answer = await self.client.request(method, f"{self.urls[0]}/api/v1{path}", headers=member.bearer, **options)
        except httpx.TransportError as error:
            self.trouble[type(error).__name__] += 1
            raise UnreachableError from error
        if answer.status_code == 404:
            raise GoneError
        if answer.is_success:
            return answer
        self.trouble[f"{answer.status_code} {self.code_of(answer)}"] += 1
        if answer.status_code not in AWAY:
            self.ledger.violation(f"{method} {path} answered {answer.status_code}: {answer.text[:200]}")
        raise UnreachableError

    def code_of(self, answer: httpx.Response) -> str:
        try:
            return str(answer.json()["error"]["code"])
        except (ValueError, KeyError):
            self.ledger.violation(f"{answer.status_code} without a sentence: {answer.text[:200]}")
            return "?"

    async def read(self, member: Member, path: str, **parameters: Any) -> Any:
        return (await self.ask(member, "GET", path, params=parameters)).json()


@dataclass(frozen=True)
class Kept:
    """A photo that was answered with success."""

    id: str
    sha256: str


class Siege:
    def __init__(self, stack: Stack, crowd: Crowd) -> None:
        self.stack, self.crowd, self.room = stack, crowd, crowd.rooms[0]
        self.ledger = Ledger()
        self.kept: list[Kept] = []
        self.added = Counter[int]()
        self.over = asyncio.Event()

    async def live(self, service: str) -> list[str]:
        """Everything that went wrong, in a sentence each."""
        self.web = PatientWeb(self.stack.url, self.ledger, seed=1)
        self.followers = [Follower(member, 0, self.room, self.web, self.ledger, seed=member.number) for member in self.crowd.members]
        for follower in self.followers:
            follower.open_page()
        adding = [asyncio.create_task(self.add_photos(member)) for member in self.crowd.members]
        try:
            await self.until_everybody_has_added(ENOUGH)
            await asyncio.to_thread(self.stack.compose, "kill", service)
            await self.until_it_is_noticed(service)
            await asyncio.to_thread(self.stack.up)
            await self.until_everybody_has_added(ENOUGH)
            self.over.set()
            await asyncio.gather(*adding)
            await self.until_quiet()
            return await judge(self.crowd, self.followers, self.web, self.ledger, CHECK_SECONDS) + await self.lost_bytes()
        finally:
            for task in adding:
                task.cancel()
            await asyncio.gather(*(follower.close_page() for follower in self.followers))
            await self.web.client.aclose()

    async def until_everybody_has_added(self, more: int) -> None:
        before = Counter(self.added)
        async with asyncio.timeout(90):
            while any(self.added[member.number] < before[member.number] + more for member in self.crowd.members):
                await asyncio.sleep(0.05)

    async def until_it_is_noticed(self, service: str) -> None:
        """By somebody who adds photos, or, of what nobody needs for that, when some more have been added without it."""
        if service in ("worker", "redis"):
            return await self.until_everybody_has_added(1)
        async with asyncio.timeout(60):
            while self.web.trouble.total() < MEMBERS:
                await asyncio.sleep(0.05)

    async def until_quiet(self) -> None:
        """Every photo is developed, and every screen has heard of the last event."""
        async with asyncio.timeout(QUIET_SECONDS):
            while True:
                fresh = await self.web.snapshot(self.crowd.members[0], self.room)
                states = {photo["id"]: photo["state"] for photo in fresh.photos}
                ready = all(states.get(photo.id) == "ready" for photo in self.kept)
                if ready and all(has_reached(follower, fresh.room["seq"]) for follower in self.followers):
                    return
                await asyncio.sleep(0.2)

    async def add_photos(self, member: Member) -> None:
        while not self.over.is_set():
            await self.add_photo(member)
            await asyncio.sleep(PAUSE_SECONDS)

    async def add_photo(self, member: Member) -> None:
        number = self.added[member.number]
        content = await asyncio.to_thread(photo_of, member.number, number)
        caption = f"Photo {number} of member {member.number}"
        sent = {"files": {"file": ("photo", content)}, "data": {"caption": caption}}
        try:
            answer = await self.web.ask(member, "POST", f"/rooms/{self.room}/photos", **sent)
        except UnreachableError:
            return
        photo = answer.json()
        self.added[member.number] += 1
        self.kept.append(Kept(photo["id"], hashlib.sha256(content).hexdigest()))
        if answer.status_code == 201:  # otherwise it was taken in before, and that answer was lost
            self.ledger.writes.append(Write(0, "photo.added", {"id": photo["id"], "caption": caption}))

    async def lost_bytes(self) -> list[str]:
        """Photos whose original is not the very bytes that were sent."""
        owner, wrong = self.crowd.members[0], []
        for photo in self.kept:
            answer = await self.web.client.get(f"{self.stack.url}/media/{self.room}/{photo.id}/original", headers=owner.bearer)
            if hashlib.sha256(answer.content).hexdigest() != photo.sha256:
                wrong.append(f"the original of {photo.id} is {answer.status_code} and {len(answer.content)} bytes of something else")
        return wrong


@cache
def photo_of(member: int, number: int) -> bytes:
    """The same again while it has not been answered, as a person's own copy would be."""
    if member % FILMS == 0:
        return moving("gif", film(3, (90 + member, 60 + number)))
    return picture(size=(96, 64))

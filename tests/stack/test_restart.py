"""What outlives the containers, and what people notice of a restart."""

import asyncio
import itertools
from typing import Any

import httpx
import pytest

from tests.browser.conftest import PASSWORD, MakeAccount
from tests.chaos.crowd import Crowd
from tests.chaos.follower import Follower
from tests.chaos.ledger import Ledger, Write
from tests.chaos.verdict import judge
from tests.chaos.web import Web
from tests.people import Person
from tests.pictures import picture
from tests.services import wait_until
from tests.stack.stack import Stack, form_token

MEMBERS, ROOMS = 40, 5  # everybody in every room makes 200 sockets
BACK_SECONDS = 15
CHECK_SECONDS = 15.0  # SALON_SOCKET_CHECK_SECONDS as it is by default
CAPTION_SECONDS = 0.5


def sign_in(browser: httpx.Client, person: Person) -> None:
    page = browser.get("/accounts/login/")
    form = {"login": person.user.email, "password": PASSWORD, "csrfmiddlewaretoken": form_token(page)}
    assert browser.post("/accounts/login/", data=form).status_code == 302


def add_photo(person: Person, room: str) -> dict[str, Any]:
    """A photo with all of its sizes."""
    answer = person.api.post(f"/rooms/{room}/photos", files={"file": ("lake.jpg", picture())})
    assert answer.status_code == 201, answer.text
    address = f"/rooms/{room}/photos/{answer.json()['id']}"
    wait_until("the photo is developed", lambda: bool(person.api.get(address).json()["state"] == "ready"))
    photo: dict[str, Any] = person.api.get(address).json()
    return photo


def kept(person: Person, browser: httpx.Client, room: str, photo: dict[str, Any]) -> list[Any]:
    """All that somebody can see of a room, bytes included."""
    paths = (f"/rooms/{room}", f"/rooms/{room}/photos", f"/rooms/{room}/members", f"/rooms/{room}/events")
    pictures = [browser.get(photo["media"][size]) for size in ("thumb", "grid", "view")]
    assert [answer.status_code for answer in pictures] == [200, 200, 200]
    return [*(person.api.get(path).json() for path in paths), *(answer.content for answer in pictures)]


def test_down_and_up_loses_nothing_and_signs_nobody_out(stack: Stack, make_account: MakeAccount) -> None:
    olive = make_account("Olive")
    with stack.client() as browser:
        assert browser.get("/").headers["location"].startswith("/accounts/login")  # so that being in says something
        sign_in(browser, olive)
        room = olive.api.post("/rooms", json={"name": "Summer by the lake"}).json()["id"]
        photo = add_photo(olive, room)
        before = kept(olive, browser, room, photo)
        containers = {container["Id"] for container in stack.containers()}

        stack.compose("down")
        with pytest.raises(httpx.TransportError):
            browser.get("/healthz")
        stack.up()

        assert containers & {container["Id"] for container in stack.containers()} == set()
        assert browser.get("/").status_code == 200
        assert kept(olive, browser, room, photo) == before
        assert add_photo(olive, room)["state"] == "ready"


def test_a_rolling_restart_of_web_brings_everybody_back_with_nothing_missed(stack: Stack) -> None:
    rolling = Rolling(stack, stack.gather(MEMBERS, ROOMS))
    assert asyncio.run(rolling.live()) == []
    writes = rolling.ledger.writes
    refused = rolling.ledger.did["refused"]
    print(f"\n{len(rolling.away)} sockets were away, the longest for {max(rolling.away):.2f} s; {len(writes)} captions, {refused} refused")
    assert rolling.ledger.did["sockets closed with 1012"] >= MEMBERS * ROOMS  # each of them was on a web that stopped
    assert max(rolling.away) < BACK_SECONDS
    assert len(writes) > 20  # so that there was something to miss


class Rolling:
    """Two hundred sockets, and somebody who writes captions while one `web` after the other is restarted."""

    def __init__(self, stack: Stack, crowd: Crowd) -> None:
        self.stack, self.crowd = stack, crowd
        self.ledger = Ledger()
        self.rooms = list(enumerate(crowd.rooms))
        self.followers: list[Follower] = []
        self.away: list[float] = []

    async def live(self) -> list[str]:
        """Everything that went wrong, in a sentence each."""
        web = Web([self.stack.url], self.ledger, seed=1)
        self.followers = [
            Follower(member, number, room, web, self.ledger, seed=100 * number + member.number)
            for number, room in self.rooms
            for member in self.crowd.members
        ]
        try:
            for follower in self.followers:
                follower.open_page()
            await self.settled("everybody is there", lambda follower: follower.greeted_at is not None)
            photos = await self.add_photos(web)
            writing = [asyncio.create_task(self.write_captions(web, number, room, photos[number])) for number, room in self.rooms]
            for container in self.stack.compose("ps", "--quiet", "web").split():
                await asyncio.to_thread(self.restart, container)
            for writer in writing:
                assert not writer.done(), writer.exception()
                writer.cancel()
            last = await self.last_numbers(web)
            await self.settled("everybody is back", lambda follower: has_reached(follower, last[follower.number]))
            for follower in self.followers:
                follower.note_open_socket()
            self.away = self.times_away()
            return await judge(self.crowd, self.followers, web, self.ledger, CHECK_SECONDS)
        finally:
            await asyncio.gather(*(follower.close_page() for follower in self.followers))
            await web.client.aclose()

    def restart(self, container: str) -> None:
        """As an upgrade does it: the next one only when this one is back."""
        self.stack.docker("restart", container)
        wait_until("web is healthy", lambda: self.stack.is_healthy(container), seconds=60)

    async def settled(self, what: str, so: Any) -> None:
        async with asyncio.timeout(60):
            while not all(so(follower) for follower in self.followers):
                await asyncio.sleep(0.05)

    async def add_photos(self, web: Web) -> list[str]:
        """One in each room, by its owner."""
        files = {"file": ("lake.jpg", await asyncio.to_thread(picture))}
        added = [await web.write(self.crowd.members[number], "POST", f"/rooms/{room}/photos", files=files) for number, room in self.rooms]
        return [answer.json()["id"] for answer in added if answer is not None]

    async def write_captions(self, web: Web, number: int, room: str, photo: str) -> None:
        """One after the other. Whoever is refused clearly goes on with the next."""
        address = f"{self.stack.url}/api/v1/rooms/{room}/photos/{photo}"
        for caption in (f"Caption {count}" for count in itertools.count()):
            answer = await web.client.patch(address, headers=self.crowd.members[number].bearer, json={"caption": caption})
            if answer.is_success:
                self.ledger.writes.append(Write(number, "photo.changed", {"id": photo, "caption": caption}))
            elif (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable"):
                self.ledger.count("refused")
            else:
                self.ledger.violation(f"a caption was answered {answer.status_code}: {answer.text[:200]}")
            await asyncio.sleep(CAPTION_SECONDS)

    async def last_numbers(self, web: Web) -> list[int]:
        rooms = [await web.read(self.crowd.members[0], f"/rooms/{room}") for _, room in self.rooms]
        return [room["seq"] for room in rooms]

    def times_away(self) -> list[float]:
        """Seconds from the end of each socket to the beginning of the same page's next one."""
        return [
            follower.open_times[number + 1][0] - end
            for follower in self.followers
            for number, (_, end) in enumerate(follower.open_times[:-1])
        ]


def has_reached(follower: Follower, number: int) -> bool:
    return follower.socket is not None and follower.state is not None and follower.state.seq >= number

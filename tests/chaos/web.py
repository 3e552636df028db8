"""HTTP to two servers of which one or both may be away: what a proxy and a patient person would do."""

from random import Random
from typing import Any

import httpx

from tests.chaos.crowd import Member
from tests.chaos.ledger import Ledger
from tests.chaos.state import Snapshot

REFUSALS = (403, 404, 409)  # what somebody hears whose plan was overtaken by others
PAGE = 200
CONNECTIONS = 24  # more at once would only wait in the servers


class UnreachableError(Exception):
    """No server answered."""


class GoneError(Exception):
    """404: no longer a member, or it never was."""


class Web:
    def __init__(self, urls: list[str], ledger: Ledger, seed: int) -> None:
        self.urls = urls
        self.ledger = ledger
        self.random = Random(seed)
        self.client = httpx.AsyncClient(timeout=40, trust_env=False, limits=httpx.Limits(max_connections=CONNECTIONS))

    async def read(self, member: Member, path: str, **parameters: Any) -> Any:
        """Ask one server and, if it does not answer, the other. Raises GoneError and UnreachableError."""
        for url in self.random.sample(self.urls, len(self.urls)):
            try:
                answer = await self.client.get(f"{url}/api/v1{path}", headers=member.bearer, params=parameters)
            except httpx.TransportError:
                continue
            if answer.status_code == 404:
                raise GoneError
            if answer.status_code == 200:
                return answer.json()
            self.ledger.violation(f"GET {path} answered {answer.status_code}: {answer.text[:200]}")
        raise UnreachableError

    async def write(self, member: Member, method: str, path: str, **body: Any) -> httpx.Response | None:
        """One attempt at a change. Without an answer nobody knows whether it was made, and that is not this function's to find out."""
        for url in self.random.sample(self.urls, len(self.urls)):
            try:
                answer = await self.client.request(method, f"{url}/api/v1{path}", headers=member.bearer, **body)
            except httpx.ConnectError:
                continue
            except httpx.TransportError:
                break
            if answer.is_success or answer.status_code in REFUSALS:
                return answer
            self.ledger.violation(f"{method} {path} answered {answer.status_code}: {answer.text[:200]}")
            return None
        self.ledger.count("writes that nobody answered")
        return None

    async def status(self, member: Member, url: str, path: str) -> int | None:
        """What this one server answers; None if it does not."""
        try:
            return (await self.client.get(f"{url}{path}", headers=member.bearer)).status_code
        except httpx.TransportError:
            return None

    async def snapshot(self, member: Member, room: str) -> Snapshot:
        about = await self.read(member, f"/rooms/{room}")
        photos: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            page = await self.read(member, f"/rooms/{room}/photos", limit=PAGE, **cursor)
            photos += page["items"]
            if page["next"] is None:
                break
            cursor = {"before": page["next"]}
        members = (await self.read(member, f"/rooms/{room}/members"))["items"]
        return Snapshot(about, photos, members)

    async def journal(self, member: Member, room: str) -> list[Any]:
        """All of it."""
        events: list[Any] = []
        while True:
            page = await self.read(member, f"/rooms/{room}/events", after=events[-1]["seq"] if events else 0)
            events += page["events"]
            if page["reset"] or not page["events"]:
                return events

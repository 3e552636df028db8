"""The cast. Olive owns, Mo moderates, Cleo contributes, Vic views, Rita was removed, Sam is a stranger."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4

import httpx
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from websockets.sync.client import ClientConnection, connect

from accounts import people
from accounts.models import ApiToken, User
from rooms.actions import invites, members
from rooms.actions import rooms as actions
from rooms.models import Membership, Role, Room
from tests.server import Server

ALLAUTH = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass
class Person:
    """Somebody with an account, a script's token and a browser's session."""

    user: User
    server: Server
    token: str

    @cached_property
    def api(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"{self.server.url}/api/v1", headers={"Authorization": f"Bearer {self.token}"}, timeout=30, verify=False
        )

    @cached_property
    def session(self) -> str:
        store = SessionStore()
        store[SESSION_KEY] = str(self.user.pk)
        store[BACKEND_SESSION_KEY] = ALLAUTH
        store[HASH_SESSION_KEY] = self.user.get_session_auth_hash()
        store.create()
        return str(store.session_key)

    @cached_property
    def browser(self) -> httpx.Client:
        return httpx.Client(base_url=self.server.url, cookies={"salon_session": self.session}, timeout=30, verify=False)

    def socket(self, room: str, **query: int) -> ClientConnection:
        return open_socket(self.server, room, {"Authorization": f"Bearer {self.token}"}, **query)

    def close(self) -> None:
        for client in ("api", "browser"):
            if client in self.__dict__:
                getattr(self, client).close()

    def __str__(self) -> str:
        return self.user.name


def open_socket(server: Server, room: str, headers: dict[str, str], **query: int) -> ClientConnection:
    parameters = "&".join(f"{name}={value}" for name, value in query.items())
    address = f"{server.url.replace('http', 'ws', 1)}/ws/rooms/{room}?{parameters}"
    return connect(address, additional_headers=headers, subprotocols=["salon.v1"], open_timeout=20)  # type: ignore[list-item]


def make_person(server: Server, name: str, password: str | None = None) -> Person:
    user = people.add_person(f"{name.lower()}-{uuid4().hex[:8]}@example.org", password, name)
    return Person(user, server, ApiToken.objects.issue(user)[1])


@dataclass
class Cast:
    """The six people and the room they have to do with."""

    room: Room
    olive: Person
    mo: Person
    cleo: Person
    vic: Person
    rita: Person
    sam: Person

    def __iter__(self) -> Iterator[Person]:
        return iter((self.olive, self.mo, self.cleo, self.vic, self.rita, self.sam))

    @property
    def slug(self) -> str:
        return self.room.slug

    @property
    def path(self) -> str:
        return f"/rooms/{self.room.slug}"

    def membership(self, person: Person) -> Membership:
        return Membership.objects.select_related("room", "user").get(room=self.room, user=person.user)


def gather_cast(server: Server) -> Cast:
    olive, mo, cleo, vic, rita, sam = (make_person(server, name) for name in ("Olive", "Mo", "Cleo", "Vic", "Rita", "Sam"))
    owner = actions.create(olive.user, "Summer by the lake")
    for person, role in ((mo, Role.MODERATOR), (cleo, Role.CONTRIBUTOR), (vic, Role.VIEWER), (rita, Role.CONTRIBUTOR)):
        members.join(person.user, invites.create(owner, role=role).token)
    cast = Cast(owner.room, olive, mo, cleo, vic, rita, sam)
    members.remove(owner, cast.membership(rita))
    cast.room.refresh_from_db()
    return cast


def anonymous(server: Server) -> httpx.Client:
    return httpx.Client(base_url=server.url, timeout=30, verify=False)


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """The error an answer carries, after checking that it has the one shape errors have."""
    assert response.status_code == status, f"{response.status_code}: {response.text[:300]}"
    body = response.json()
    assert set(body) == {"error"}
    assert {"code", "message"} <= set(body["error"]) <= {"code", "message", "field"}
    error: dict[str, Any] = body["error"]
    return error

"""A room of ten thousand photos costs as many queries as a room of ten."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from rooms.actions import rooms as actions
from rooms.models import Membership
from tests.people import Cast
from tests.rows import fill

SMALL, LARGE = 10, 10_000


def room_of(cast: Cast, photos: int) -> Membership:
    member = actions.create(cast.olive.user, f"Room of {photos}")
    fill(member, photos)
    return member


def count(cast: Cast, ask: Callable[[Client], object]) -> int:
    client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {cast.olive.token}"})
    client.cookies["salon_session"] = cast.olive.session
    ask(client)  # caches of the process are warm, as they are in a running one
    with CaptureQueriesContext(connection) as queries:
        ask(client)
    return len(queries)


@pytest.fixture
def rooms(cast: Cast) -> tuple[str, str]:
    return room_of(cast, SMALL).room.slug, room_of(cast, LARGE).room.slug


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/api/v1/rooms/{}", 4),
        ("/api/v1/rooms/{}/photos?limit=10", 4),
        ("/api/v1/rooms/{}/events?after=1&limit=5", 4),
        ("/api/v1/rooms/{}/removed?limit=10", 3),
        ("/api/v1/rooms/{}/uploads", 7),
        ("/rooms/{}", 6),
        ("/", 4),
    ],
)
@override_settings(QUOTA_PERSON_BYTES=10**12, QUOTA_ROOM_BYTES=10**12)
def test_reading_costs_the_same_in_a_small_and_a_large_room(cast: Cast, rooms: tuple[str, str], address: str, most: int) -> None:
    def ask(slug: str) -> int:
        return count(cast, lambda client: assert_ok(client.get(address.format(slug))))

    small, large = (ask(slug) for slug in rooms)
    assert small == large <= most


@override_settings(QUOTA_PERSON_BYTES=10**12, QUOTA_ROOM_BYTES=10**12)
def test_beginning_and_continuing_an_upload_cost_the_same_in_a_small_and_a_large_room(cast: Cast, rooms: tuple[str, str]) -> None:
    small, large = (upload_queries(cast, slug) for slug in rooms)
    assert small == large
    assert small[0] <= 13
    assert small[1] <= 5


def upload_queries(cast: Cast, slug: str) -> tuple[int, int]:
    """Of a beginning, and of a piece that is not the last."""
    address, headers, offset = f"/api/v1/rooms/{slug}/uploads", {"Tus-Resumable": "1.0.0"}, iter(range(9))

    def begin(client: Client) -> Any:
        return client.post(address, headers=headers | {"Upload-Length": "9"})

    begun = begin(Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {cast.olive.token}"}))["Location"]

    def send(client: Client) -> object:
        told = headers | {"Upload-Offset": str(next(offset))}
        return client.patch(begun, b"1", content_type="application/offset+octet-stream", headers=told)

    return count(cast, begin), count(cast, send)


def assert_ok(response: object) -> None:
    assert response.status_code == 200  # type: ignore[attr-defined]


def test_connecting_costs_the_same_in_a_small_and_a_large_room(cast: Cast, rooms: tuple[str, str]) -> None:
    small, large = (connect_queries(cast, slug) for slug in rooms)
    assert 3 <= small == large <= 6


def connect_queries(cast: Cast, slug: str) -> int:
    """Queries from the handshake to the hello and the last missed event."""
    from salon.asgi import application

    newest = cast.olive.api.get(f"/rooms/{slug}").json()["seq"]

    async def hello() -> None:
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        headers = [(b"authorization", f"Bearer {cast.olive.token}".encode()), (b"host", b"127.0.0.1")]
        query = f"after={newest - 3}".encode()
        scope = {"type": "websocket", "path": f"/ws/rooms/{slug}", "query_string": query, "headers": headers, "subprotocols": []}
        socket = asyncio.ensure_future(application(scope, heard.get, said.put))
        heard.put_nowait({"type": "websocket.connect"})
        assert (await said.get())["type"] == "websocket.accept"
        assert json.loads((await said.get())["text"])["mode"] == "resume"
        assert len(json.loads((await said.get())["text"])["events"]) == 3
        heard.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await socket

    # Sockets ask in threads of their own, which means connections of their own.
    with patch.object(CursorWrapper, "execute", autospec=True, side_effect=CursorWrapper.execute) as execute:
        async_to_sync(hello)()
    return sum(call.args[1] != "SELECT 1" for call in execute.call_args_list)  # which asks whether the pool's connection still lives

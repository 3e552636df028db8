"""A room of ten thousand photos costs as many queries as a room of ten."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from rooms.actions import bulk, comments, reactions
from rooms.actions import rooms as actions
from rooms.emoji import EMOJI
from rooms.models import Membership, Photo, Report
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
        ("/api/v1/rooms/{}/photos/index", 4),
        ("/api/v1/rooms/{}/photos/index?q=lake+2024&sort=taken&unseen=1&favourites=1", 4),
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


@pytest.mark.parametrize(
    ("what", "most"),
    [("lookup", 5), ("edit-many", 20), ("remove", 20), ("restore-many", 20)],
)
def test_two_hundred_photos_at_once_cost_no_more_than_twenty(cast: Cast, what: str, most: int) -> None:
    member = room_of(cast, 200)
    ids = [str(photo_id) for photo_id in Photo.objects.filter(room=member.room).values_list("pk", flat=True)]
    if what == "restore-many":
        bulk.remove_many(member, [UUID(photo_id) for photo_id in ids])
    numbers = iter(range(9))

    def ask(some: list[str]) -> int:
        def post(client: Client) -> None:
            body = {"ids": some, "caption": f"Caption {next(numbers)}"}
            assert_done(client.post(f"/api/v1/rooms/{member.room.slug}/photos/{what}", body, content_type="application/json"))

        client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {cast.olive.token}"})
        assert_ok(client.get("/api/v1/me"))  # which notes that the token was used
        with CaptureQueriesContext(connection) as queries:
            post(client)
        return len(queries)

    few = ask(ids[:20])
    assert few == ask(ids[20:]) <= most


def assert_done(response: object) -> None:
    assert response.status_code in (200, 204)  # type: ignore[attr-defined]


def test_reports_cost_the_same_however_many_there_are(cast: Cast) -> None:
    def ask(photos: int) -> int:
        member = room_of(cast, photos)
        rows = Photo.objects.filter(room=member.room)
        Report.objects.bulk_create(Report(room=member.room, photo=photo, reporter=cast.olive.user) for photo in rows)
        return count(cast, lambda client: assert_ok(client.get(f"/api/v1/rooms/{member.room.slug}/reports")))

    assert ask(2) == ask(20) <= 4


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


@pytest.fixture
def silent_and_talking(cast: Cast) -> tuple[Membership, Membership]:
    """A room of which one photo has a single comment and a single reaction, and one where everybody says much about every photo."""
    quiet, loud = room_of(cast, SMALL), room_of(cast, SMALL)
    for member, photos, times in ((quiet, 1, 1), (loud, SMALL, 3)):
        for photo in list(Photo.objects.filter(room=member.room)[:photos]):
            photo.room = member.room
            for number in range(times):
                comments.add(member, photo, f"@[{member.user_id}] {number}")
                reactions.add(member, photo, list(EMOJI.values())[number])
    return quiet, loud


@pytest.mark.parametrize(
    ("address", "most"),
    [("/photos?limit=10", 4), ("/photos/{photo}", 4), ("/photos/{photo}/comments", 5), ("/photos/{photo}/reactions", 4)],
)
def test_reading_costs_the_same_however_much_is_said(
    cast: Cast, silent_and_talking: tuple[Membership, Membership], address: str, most: int
) -> None:
    def ask(member: Membership) -> int:
        photo = Photo.objects.filter(room=member.room).exclude(talk_seq=0).first()
        assert photo is not None
        path = f"/api/v1/rooms/{member.room.slug}{address.format(photo=photo.id)}"
        return count(cast, lambda client: assert_ok(client.get(path)))

    quiet, loud = (ask(member) for member in silent_and_talking)
    assert quiet == loud <= most


def test_saying_something_costs_the_same_however_much_was_said(cast: Cast, silent_and_talking: tuple[Membership, Membership]) -> None:
    def say(member: Membership) -> int:
        photo = Photo.objects.filter(room=member.room).exclude(talk_seq=0).first()
        assert photo is not None
        path = f"/api/v1/rooms/{member.room.slug}/photos/{photo.id}/comments"
        words = json.dumps({"text": f"@[{member.user_id}] again"})
        return count(cast, lambda client: client.post(path, words, content_type="application/json").json()["id"])

    quiet, loud = (say(member) for member in silent_and_talking)
    assert quiet == loud <= 20

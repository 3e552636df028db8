"""Who is here and what they are sending, over tabs, processes and deaths."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from tests.people import Cast, Person, open_socket
from tests.server import Server
from tests.test_sockets import any_frame

NEEDS_REDIS = pytest.mark.skipif(os.environ.get("TESTS_ON") != "postgres", reason="several processes need Redis")
THUMBHASH = "1QcSHQRnh493V4dIh4eXh1h4kJUI"


def wait_for(socket: ClientConnection, kind: str, is_right: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first frame of this kind that is right."""
    while True:
        received = any_frame(socket)
        if received["type"] == kind and is_right(received):
            return received


def names(received: dict[str, Any]) -> list[str]:
    return sorted(person["name"] for person in received["people"])


def until_here(socket: ClientConnection, *people: str) -> dict[str, Any]:
    return wait_for(socket, "presence", lambda received: names(received) == sorted(people))


def send(socket: ClientConnection, **frame: Any) -> None:
    socket.send(json.dumps(frame))


def test_one_person_with_many_tabs_is_one_person(cast: Cast) -> None:
    with ExitStack() as stack:
        olive = stack.enter_context(cast.olive.socket(cast.slug))
        until_here(olive, "Olive")
        tabs = [stack.enter_context(cast.vic.socket(cast.slug)) for _ in range(3)]
        received = until_here(olive, "Olive", "Vic")
        assert received["count"] == 2
        assert received["people"][0] == {"id": str(cast.olive.user.id), "name": "Olive", "looking": True}
        for tab in tabs:
            assert until_here(tab, "Olive", "Vic")
        for tab in tabs:
            tab.close()
        until_here(olive, "Olive")


def test_somebody_whose_tabs_are_all_hidden_is_here_and_not_looking(cast: Cast) -> None:
    with cast.olive.socket(cast.slug) as olive, cast.vic.socket(cast.slug) as tab, cast.vic.socket(cast.slug) as other:

        def vic_looks(received: dict[str, Any]) -> bool | None:
            return {person["name"]: person["looking"] for person in received["people"]}.get("Vic")

        wait_for(olive, "presence", lambda received: vic_looks(received) is True)
        send(tab, type="here", looking=False)
        send(other, type="here", looking=False)
        wait_for(olive, "presence", lambda received: vic_looks(received) is False)
        send(other, type="here", looking=True)
        wait_for(olive, "presence", lambda received: vic_looks(received) is True)


def test_others_see_what_is_being_sent_until_it_is_done_or_the_sender_is_gone(cast: Cast) -> None:
    with cast.olive.socket(cast.slug) as olive:
        sending = {"id": "a", "progress": 0.25, "thumbhash": THUMBHASH, "width": 4, "height": 3, "preview": True}
        with cast.cleo.socket(cast.slug) as cleo:
            send(cleo, type="upload", uploads=[sending, {"id": "b", "progress": 0}])
            received = wait_for(olive, "uploads", lambda received: len(received["uploads"]) == 2)
            assert received["uploads"][0] == {"user": {"id": str(cast.cleo.user.id), "name": "Cleo"}} | sending
            assert received["uploads"][1]["thumbhash"] is None
            send(cleo, type="upload", uploads=[sending | {"progress": 1}])
            wait_for(olive, "uploads", lambda received: [upload["progress"] for upload in received["uploads"]] == [1])
            with cast.vic.socket(cast.slug) as late:
                assert wait_for(late, "uploads", lambda received: True)["uploads"][0]["id"] == "a"
        assert wait_for(olive, "uploads", lambda received: received["uploads"] == [])


def test_what_somebody_says_they_send_without_the_right_to_is_not_shown(cast: Cast) -> None:
    with cast.olive.socket(cast.slug) as olive, cast.vic.socket(cast.slug) as vic, cast.cleo.socket(cast.slug) as cleo:
        send(vic, type="upload", uploads=[{"id": "viewer", "progress": 0.5}])
        send(cleo, type="upload", uploads=[{"id": "contributor", "progress": 0.5}])
        assert [upload["id"] for upload in wait_for(olive, "uploads", lambda received: True)["uploads"]] == ["contributor"]


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Server]:
    running = Server(environment={"SALON_DATA_DIR": str(tmp_path)} | secret())
    yield running
    running.stop()
    assert "Traceback" not in running.output


def secret() -> dict[str, str]:
    from django.conf import settings

    return {"SALON_SECRET_KEY": settings.SECRET_KEY}


def bearer(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.token}"}


@NEEDS_REDIS
def test_people_and_uploads_are_seen_from_one_process_to_the_other(cast: Cast, second: Server) -> None:
    with cast.olive.socket(cast.slug) as olive, open_socket(second, cast.slug, bearer(cast.cleo)) as cleo:
        until_here(cleo, "Cleo", "Olive")
        until_here(olive, "Cleo", "Olive")
        send(cleo, type="upload", uploads=[{"id": "a", "progress": 0.5}])
        assert wait_for(olive, "uploads", lambda received: bool(received["uploads"]))["uploads"][0]["id"] == "a"
        cleo.close()
        until_here(olive, "Olive")


@NEEDS_REDIS
def test_a_process_that_is_killed_leaves_no_ghosts(cast: Cast, second: Server) -> None:
    with cast.olive.socket(cast.slug) as olive, open_socket(second, cast.slug, bearer(cast.cleo)) as cleo:
        until_here(cleo, "Cleo", "Olive")
        until_here(olive, "Cleo", "Olive")
        second.process.send_signal(signal.SIGKILL)
        second.process.wait()
        assert until_here(olive, "Olive")

"""No layer, however it is set and whatever becomes of it, loses an event for good or keeps somebody listening."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.people import Cast, open_socket
from tests.server import Server, beside_the_first
from tests.services import wait_until
from tests.test_sockets import events_until, frame

EXPIRY_SECONDS = 1
LAYERS = ["memory", pytest.param("core", marks=pytest.mark.skipif(os.environ.get("TESTS_ON") != "postgres", reason="there is no Redis"))]


@pytest.fixture(params=LAYERS)
def forgetful(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    settings = {"DJANGO_SETTINGS_MODULE": "tests.short_layers", "TESTS_LAYER": request.param, "SALON_SOCKET_CHECK_SECONDS": "0.5"}
    running = Server(environment=beside_the_first(tmp_path) | settings)
    yield running
    assert running.stop() == 0


def test_a_socket_open_for_longer_than_the_layer_remembers_still_gets_every_event(cast: Cast, forgetful: Server) -> None:
    opened = time.monotonic()
    bearer = {"Authorization": f"Bearer {cast.olive.token}"}
    with (
        open_socket(forgetful, cast.slug, bearer) as socket,
        httpx.Client(base_url=f"{forgetful.url}/api/v1", headers=bearer, timeout=30) as client,
    ):
        last = frame(socket)["seq"]
        for number in range(3):
            expired = opened + (number + 1) * 2 * EXPIRY_SECONDS
            wait_until("the layer has forgotten", lambda end=expired: time.monotonic() > end)  # type: ignore[misc]
            seqs = [client.patch(cast.path, json={"name": f"{number} {again}"}).json()["seq"] for again in range(3)]
            assert [event["seq"] for event in events_until(socket, seqs[-1])] == list(range(last + 1, seqs[-1] + 1))
            last = seqs[-1]

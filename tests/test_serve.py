"""`manage.py serve` and the first start, as an operator meets them."""

import os
import re
import signal
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.selectreactor import SelectReactor

from salon import data_folder
from salon.closing import close_at_once
from tests.people import problem
from tests.pictures import moving
from tests.server import Server, fresh_server, manage
from tests.services import free_port, wait_until

pytestmark = pytest.mark.once

LOCAL = {"DATABASE_URL": "", "REDIS_URL": ""}
ANSWERS = {"name": "Olive", "email": "olive@example.org", "password": "a sentence that nobody guesses"}


def set_up(server: Server, client: httpx.Client, **answers: str) -> httpx.Response:
    client.get(f"{server.url}/setup")
    csrf = {"csrfmiddlewaretoken": client.cookies.get("salon_csrf", "")}
    return client.post(f"{server.url}/setup", data=ANSWERS | answers | csrf)


def owner_exists(folder: Path) -> bool:
    return manage("token", ANSWERS["email"], SALON_DATA_DIR=str(folder), **LOCAL).returncode == 0


def test_on_loopback_the_set_up_page_is_open_and_only_once(tmp_path: Path) -> None:
    with fresh_server(tmp_path) as server, httpx.Client() as client, httpx.Client() as second:
        assert f"Open {server.url}/setup to make your account." in server.output
        assert httpx.get(server.url).headers["Location"] == "/setup"
        second.get(f"{server.url}/setup")
        assert set_up(server, client).headers["Location"] == "/"
        assert client.get(f"{server.url}/").status_code == 200
        assert set_up(server, second, email="thief@example.org").status_code == 404
        assert owner_exists(tmp_path)


@pytest.mark.parametrize("headers", [{"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=203.0.113.9"}])
def test_what_a_proxy_says_it_forwards_needs_the_token_even_on_loopback(tmp_path: Path, headers: dict[str, str]) -> None:
    with fresh_server(tmp_path) as server, httpx.Client() as local, httpx.Client(headers=headers) as client:
        assert "Set-up token" not in local.get(f"{server.url}/setup").text
        assert "Set-up token" in client.get(f"{server.url}/setup").text
        assert set_up(server, client, token="guessed").status_code != 302
        assert not owner_exists(tmp_path)


@pytest.mark.parametrize(
    "setting",
    [{"SALON_HOST": "0.0.0.0"}, {"SALON_URL": "http://photos.example.org"}, {"SALON_HOST": "0.0.0.0", "SALON_LOG_FORMAT": "json"}],
)
def test_where_strangers_may_come_from_the_set_up_page_needs_the_printed_token(tmp_path: Path, setting: dict[str, str]) -> None:
    with fresh_server(tmp_path, **setting) as server, httpx.Client() as client:
        token = server.output.partition("?token=")[2].split()[0]
        assert set_up(server, client).status_code == 200
        assert set_up(server, client, token="wrong").status_code == 200
        assert not owner_exists(tmp_path)
        assert set_up(server, client, token=token).status_code == 302
        assert owner_exists(tmp_path)


def test_an_unattended_first_start_makes_the_owner_once(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(ANSWERS["password"] + "\n")
    owner = {"SALON_OWNER_EMAIL": ANSWERS["email"], "SALON_OWNER_PASSWORD_FILE": str(tmp_path / "password")}
    for start in range(2):
        with fresh_server(tmp_path, **owner) as server:
            assert ("Made the owner account" in server.output) == (start == 0)
            assert httpx.get(f"{server.url}/setup").status_code == 404
    assert owner_exists(tmp_path)


@pytest.mark.parametrize(
    ("email", "password", "named"),
    [
        ("notanemail", ANSWERS["password"], "SALON_OWNER_EMAIL: Enter a valid"),
        (ANSWERS["email"], "short", "SALON_OWNER_PASSWORD: This password"),
    ],
)
def test_an_owner_who_could_not_sign_up_is_not_made_either(tmp_path: Path, email: str, password: str, named: str) -> None:
    settings = {"SALON_DATA_DIR": str(tmp_path), "SALON_OWNER_EMAIL": email, "SALON_OWNER_PASSWORD": password} | LOCAL
    assert manage("migrate", **settings).returncode == 0
    ran = manage("serve", "--port", "0", **settings)
    assert ran.returncode != 0
    assert named in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not owner_exists(tmp_path)


def test_a_name_it_was_not_told_is_answered_when_it_listens_everywhere(tmp_path: Path) -> None:
    with fresh_server(tmp_path, SALON_HOST="0.0.0.0") as server:
        assert httpx.get(f"{server.url}/setup", headers={"Host": "192.0.2.7"}).status_code == 200
    assert "unrecognized arguments: --host" in manage("serve", "--host", "0.0.0.0").stderr


def test_a_taken_port_is_said_in_a_sentence(tmp_path: Path) -> None:
    settings = {"SALON_DATA_DIR": str(tmp_path / "other")} | LOCAL
    assert manage("migrate", **settings).returncode == 0
    with fresh_server(tmp_path) as server:
        second = manage("serve", "--port", str(server.port), **settings)
    assert second.returncode != 0
    assert "Cannot listen on 127.0.0.1" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_second_salon_on_the_same_data_folder_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    settings = {"SALON_DATA_DIR": str(tmp_path)} | LOCAL
    with fresh_server(tmp_path) as server:
        second = manage("serve", "--port", "0", **settings)
        assert second.returncode != 0
        assert "Another Salon is already running on this data folder" in second.stderr
        assert "Traceback" not in second.stderr
        assert httpx.get(f"{server.url}/setup").status_code == 200
    killed = Server(environment=settings)
    killed.process.kill()
    assert killed.stop() == -signal.SIGKILL
    assert Server(environment=settings).stop() == 0


@pytest.mark.parametrize(
    ("database", "redis", "alone"),
    [("sqlite", None, True), ("sqlite", "redis://cache", True), ("postgresql", None, True), ("postgresql", "redis://cache", False)],
)
def test_only_postgresql_with_redis_lets_servers_share_a_data_folder(database: str, redis: str | None, alone: bool) -> None:
    assert data_folder.is_for_one(database, redis) == alone


def test_a_postgresql_that_does_not_answer_is_said_in_a_sentence(tmp_path: Path) -> None:
    address = f"postgresql://salon:hunter2@127.0.0.1:{free_port()}/salon"
    ran = manage("serve", "--port", "0", SALON_DATA_DIR=str(tmp_path), DATABASE_URL=address, REDIS_URL="")
    assert ran.returncode != 0
    assert "DATABASE_URL" in ran.stderr
    assert "Connection refused" in ran.stderr
    assert not re.search("hunter2|Traceback|pool", ran.stderr)


def test_uploads_that_a_killed_server_left_half_are_swept_at_the_next_start(tmp_path: Path) -> None:
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    for name in ("left.upload", "under-way.upload"):
        (incoming / name).touch()
    two_days_ago = time.time() - 2 * 86_400
    os.utime(incoming / "left.upload", (two_days_ago, two_days_ago))
    with fresh_server(tmp_path):
        assert [path.name for path in incoming.iterdir()] == ["under-way.upload"]


def test_a_database_that_was_not_migrated_is_refused(tmp_path: Path) -> None:
    ran = manage("serve", "--port", "0", SALON_DATA_DIR=str(tmp_path), **LOCAL)
    assert ran.returncode != 0
    assert "manage.py migrate" in ran.stderr


def test_a_photo_that_was_developing_when_the_power_went_is_developed_after_the_next_start(tmp_path: Path) -> None:
    with fresh_server(tmp_path, "--no-worker", SALON_OWNER_EMAIL=ANSWERS["email"], SALON_OWNER_PASSWORD=ANSWERS["password"]) as server:
        token = manage("token", ANSWERS["email"], SALON_DATA_DIR=str(tmp_path), **LOCAL).stdout.strip()
        bearer = {"Authorization": f"Bearer {token}"}
        room = httpx.post(f"{server.url}/api/v1/rooms", json={"name": "R"}, headers=bearer).json()["id"]
        added = httpx.post(f"{server.url}/api/v1/rooms/{room}/photos", files={"file": ("a.gif", moving("gif"))}, headers=bearer)
        assert added.json()["state"] == "developing"
    settings = {"SALON_DATA_DIR": str(tmp_path)} | LOCAL
    claimed = "from django_tasks_db.models import DBTaskResult; DBTaskResult.objects.get().claim('killed')"
    assert manage("shell", "--command", claimed, **settings).returncode == 0
    server = Server(environment=settings)
    address = f"{server.url}/api/v1/rooms/{room}/photos/{added.json()['id']}"
    wait_until("the photo is developed", lambda: httpx.get(address, headers=bearer).json()["state"] == "ready")
    assert server.stop() == 0


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_when_asked(tmp_path: Path, sign: signal.Signals) -> None:
    with fresh_server(tmp_path) as server:
        server.process.send_signal(sign)
        assert server.process.wait(20) == 0
    assert "Traceback" not in server.output


def test_an_unknown_host_name_is_refused_in_the_api_s_own_shape(tmp_path: Path) -> None:
    with fresh_server(tmp_path) as server:
        problem(httpx.get(f"{server.url}/api/v1/me", headers={"Host": "evil.example"}), 400)


class Guest(Protocol):
    taken: ClassVar[list[Any]] = []

    def connectionMade(self) -> None:  # noqa: N802
        self.taken.append(self.transport)


def test_when_listening_ends_everybody_who_is_connected_is_taken_in_and_nobody_else() -> None:
    reactor: Any = SelectReactor()
    port = reactor.listenTCP(0, Factory.forProtocol(Guest), interface="127.0.0.1")
    address = ("127.0.0.1", port.getHost().port)
    with ExitStack() as lines:
        lines.enter_context(socket.create_connection(address))
        port.doRead()  # a single one, after which Twisted would take in one at a time
        for _ in range(30):
            lines.enter_context(socket.create_connection(address))
        close_at_once(port)
        for guest in Guest.taken:
            guest.getHandle().close()
        assert len(Guest.taken) == 31
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)

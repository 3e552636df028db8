"""`manage.py serve` and the first start, as an operator meets them."""

import signal
from pathlib import Path

import httpx
import pytest

from tests.people import problem
from tests.pictures import picture
from tests.server import Server, fresh_server, manage
from tests.services import wait_until

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


@pytest.mark.parametrize("headers", [{"Host": "photos.example.org"}, {"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=203.0.113.9"}])
def test_what_came_through_a_proxy_needs_the_token_even_on_loopback(tmp_path: Path, headers: dict[str, str]) -> None:
    with fresh_server(tmp_path, SALON_URL="http://photos.example.org") as server, httpx.Client(headers=headers) as client:
        assert "Set-up token" in client.get(f"{server.url}/setup").text
        assert set_up(server, client, token="guessed").status_code != 302
        assert not owner_exists(tmp_path)


def test_open_to_the_network_the_set_up_page_needs_the_printed_token(tmp_path: Path) -> None:
    with fresh_server(tmp_path, "--host", "0.0.0.0", SALON_HOST="0.0.0.0") as server, httpx.Client() as client:
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


def test_a_taken_port_is_said_in_a_sentence(tmp_path: Path) -> None:
    with fresh_server(tmp_path) as server:
        second = manage("serve", "--port", str(server.port), SALON_DATA_DIR=str(tmp_path), **LOCAL)
    assert second.returncode != 0
    assert "Cannot listen on 127.0.0.1" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_database_that_was_not_migrated_is_refused(tmp_path: Path) -> None:
    ran = manage("serve", "--port", "0", SALON_DATA_DIR=str(tmp_path), **LOCAL)
    assert ran.returncode != 0
    assert "manage.py migrate" in ran.stderr


def test_a_photo_that_was_developing_when_the_power_went_is_developed_after_the_next_start(tmp_path: Path) -> None:
    with fresh_server(tmp_path, "--no-worker", SALON_OWNER_EMAIL=ANSWERS["email"], SALON_OWNER_PASSWORD=ANSWERS["password"]) as server:
        token = manage("token", ANSWERS["email"], SALON_DATA_DIR=str(tmp_path), **LOCAL).stdout.strip()
        bearer = {"Authorization": f"Bearer {token}"}
        room = httpx.post(f"{server.url}/api/v1/rooms", json={"name": "R"}, headers=bearer).json()["id"]
        added = httpx.post(f"{server.url}/api/v1/rooms/{room}/photos", files={"file": ("a.jpg", picture())}, headers=bearer)
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

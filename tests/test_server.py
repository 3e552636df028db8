"""What the server itself must withstand: large bodies, stopping under load, neighbours that are away."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from tests.people import Cast, Person, anonymous, make_person, open_socket, problem
from tests.pictures import picture
from tests.server import Server, fresh_server
from tests.services import processes, wait_until
from tests.test_sockets import events_until, frame

FORM = {"Content-Type": "multipart/form-data; boundary=x"}


def test_a_body_over_the_limit_is_refused_in_the_api_s_shape_with_and_without_a_length(cast: Cast) -> None:
    too_large = bytes(settings.MAX_UPLOAD_BYTES + 2_000_000)
    with anonymous(cast.olive.server) as client:
        assert problem(client.post("/api/v1/rooms", content=too_large, headers=FORM), 413)["code"] == "too_large"
        pieces = (too_large[start : start + 1_000_000] for start in range(0, len(too_large), 1_000_000))
        assert problem(client.post("/api/v1/rooms", content=pieces, headers=FORM), 413)["code"] == "too_large"


def resident(server: Server) -> int:
    """Bytes of the server's own memory."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:")) * 1024


def test_large_bodies_of_strangers_do_not_pile_up_in_memory(cast: Cast) -> None:
    server, heaviest, done = cast.olive.server, [0], threading.Event()
    body = bytes(settings.MAX_UPLOAD_BYTES)

    def send(number: int) -> int:
        with anonymous(server) as client:
            return client.post("/api/v1/rooms", content=body, headers=FORM).status_code

    def weigh() -> None:
        while not done.wait(0.01):
            heaviest[0] = max(heaviest[0], resident(server))

    before = resident(server)
    watch = threading.Thread(target=weigh)
    watch.start()
    with ThreadPoolExecutor(6) as together:
        codes = list(together.map(send, range(12)))
    done.set()
    watch.join()
    assert codes == [401] * 12
    assert heaviest[0] - before < 2 * len(body)  # six are under way at a time


def test_a_form_from_nobody_is_not_parsed_before_it_is_known_that_nobody_sent_it(cast: Cast) -> None:
    """Twisted's own parser would answer 400 to this one by itself, and chew on 20 MB of newlines for eight seconds of everybody's time."""
    with anonymous(cast.olive.server) as client:
        problem(client.post("/api/v1/rooms", content=b"not a form at all", headers=FORM), 401)


@pytest.mark.parametrize("address", ["/join/%00", "/rooms/%00", "/media/%00/x/y", "/api/v1/rooms/%00", "/api/v1/rooms/a%00b/photos"])
def test_a_name_that_no_database_could_hold_is_simply_not_there(cast: Cast, address: str) -> None:
    headers = {"Authorization": f"Bearer {cast.vic.token}"}
    assert cast.vic.browser.get(address, headers=headers).status_code == 404


def test_words_that_no_database_could_hold_are_refused_with_their_field(cast: Cast) -> None:
    assert problem(cast.vic.api.post("/tokens", json={"name": "a\x00b"}), 422)["field"] == "name"
    far = {"expires_at": "9999-12-31T23:59:59-14:00"}
    assert problem(cast.olive.api.post(f"{cast.path}/invites", json=far), 422)["field"] == "expires_at"
    assert cast.olive.api.get(f"{cast.path}/invites").status_code == 200


@pytest.mark.once
def test_stopping_under_load_ends_in_time_and_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    owner = {"SALON_OWNER_EMAIL": "olive@example.org", "SALON_OWNER_PASSWORD": "a sentence that nobody guesses"}
    with fresh_server(tmp_path, **owner) as server:
        token = tmp_token(tmp_path)
        bearer = {"Authorization": f"Bearer {token}"}
        room = httpx.post(f"{server.url}/api/v1/rooms", json={"name": "R"}, headers=bearer).json()["id"]
        answered: list[str] = []
        writers = [threading.Thread(target=write, args=(server.url, room, bearer, number, answered)) for number in range(3)]
        for writer in writers:
            writer.start()
        wait_until("the writers are at work", lambda: len(answered) > 20)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(15) == 0
        for writer in writers:
            writer.join(30)
    with fresh_server(tmp_path) as server:
        events = httpx.get(f"{server.url}/api/v1/rooms/{room}/events?limit=500", headers=bearer).json()["events"]
    assert set(answered) <= {event["data"].get("name") for event in events}


def tmp_token(folder: Path) -> str:
    from tests.server import manage

    return manage("token", "olive@example.org", SALON_DATA_DIR=str(folder), DATABASE_URL="", REDIS_URL="").stdout.strip()


def write(url: str, room: str, bearer: dict[str, str], number: int, answered: list[str]) -> None:
    """Rename the room over and over until nobody answers any more."""
    with httpx.Client(headers=bearer, timeout=20) as client:
        for round in range(100_000):
            name = f"{number}-{round}"
            try:
                if client.patch(f"{url}/api/v1/rooms/{room}", json={"name": name}).status_code == 200:
                    answered.append(name)
            except httpx.TransportError:
                return


@pytest.mark.skipif(os.environ.get("TESTS_ON") != "postgres", reason="there is no Redis to lose")
def test_without_redis_the_api_goes_on_and_sockets_catch_up_from_the_journal(cast: Cast) -> None:
    """Redis is stopped, not killed: the worse case, in which it neither answers nor refuses."""
    redis = processes[-1]
    slow = Server(environment={"SALON_SOCKET_CHECK_SECONDS": "1"})
    vic = {"Authorization": f"Bearer {cast.vic.token}"}
    person = make_person(slow, "Nora", "a sentence that nobody guesses")
    try:
        with open_socket(slow, cast.slug, vic) as socket, httpx.Client(base_url=f"{slow.url}/api/v1", timeout=30) as client:
            client.headers["Authorization"] = f"Bearer {cast.olive.token}"
            frame(socket)
            redis.send_signal(signal.SIGSTOP)
            seq = client.patch(cast.path, json={"name": "Without Redis"}).json()["seq"]
            assert events_until(socket, seq)[-1]["data"]["name"] == "Without Redis"
            assert client.post(f"{cast.path}/photos", files={"file": ("a.jpg", picture())}).status_code == 201
            assert client.post("/invites/nothing/accept").status_code == 404
            assert sign_in(slow, person) == 302
            ready = httpx.get(f"{slow.url}/readyz", timeout=20)
            assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
            assert [name for name, word in ready.json()["checks"].items() if word != "ok"] == ["redis"]
            with open_socket(slow, cast.slug, vic) as late:
                assert frame(late)["type"] == "hello"
            redis.send_signal(signal.SIGCONT)
            wait_until("all is well again", lambda: httpx.get(f"{slow.url}/readyz", timeout=20).json()["status"] == "ok")
            seq = client.patch(cast.path, json={"name": "With Redis"}).json()["seq"]
            assert events_until(socket, seq)[-1]["data"]["name"] == "With Redis"
    finally:
        redis.send_signal(signal.SIGCONT)
        assert slow.stop() == 0


def sign_in(server: Server, person: Person) -> int:
    with anonymous(server) as client:
        client.get("/accounts/login/")
        fields = {"login": person.user.email, "password": "a sentence that nobody guesses"}
        return client.post("/accounts/login/", data=fields | {"csrfmiddlewaretoken": client.cookies["salon_csrf"]}).status_code

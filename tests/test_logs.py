"""The log can be read by programs and by people, and nobody can sign in with it."""

import asyncio
import json
import logging
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from rooms.live.hub import Hub
from salon import logs, outage, trace
from salon.trace import Trace
from tests.people import Cast, make_person, open_socket
from tests.server import Server, beside_the_first, fresh_server, manage
from tests.services import PATIENCE_SECONDS, answers, free_port, program, wait_until
from tests.test_sockets import frame

PASSWORD = "a sentence that nobody guesses"


def lines_of(server: Server) -> list[dict[str, Any]]:
    """Each line, also of what `serve` says to whoever started it. Raises where a line is no object."""
    return [json.loads(line) for line in server.lines]


def requests_of(server: Server, route: str) -> list[dict[str, Any]]:
    wait_until(f"{route} is logged", lambda: any(line.get("route") == route for line in lines_of(server)))
    return [line for line in lines_of(server) if line.get("route") == route]


def sign_in_and_stumble(url: str, email: str, token: str) -> list[str]:
    """A person with a link signs in, and then a form of theirs is refused with a warning. What opened a door on the way."""
    with httpx.Client(base_url=url, timeout=30) as client:
        client.get(f"/join/{token}")
        client.get("/accounts/login/")
        form = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["salon_csrf"]}
        assert client.post("/accounts/login/", data=form, headers={"Referer": url}).status_code == 302
        assert client.post(f"/join/{token}").status_code == 403
        return [PASSWORD, token, client.cookies["salon_session"], client.cookies["salon_csrf"]]


@pytest.mark.parametrize("style", ["line", "json"])
def test_no_secret_is_in_the_log(cast: Cast, tmp_path: Path, style: str) -> None:
    mallory = make_person(cast.olive.server, "Mallory", PASSWORD)
    token = cast.olive.api.post(f"{cast.path}/invites", json={}).json()["token"]
    loud = {"SALON_LOG_FORMAT": style, "SALON_LOG_LEVEL": "DEBUG", "SALON_METRICS_TOKEN": "the monitoring's own token"}
    server = Server(environment=beside_the_first(tmp_path) | loud)
    try:
        secrets = sign_in_and_stumble(server.url, mallory.user.email, token)
        bearer = {"Authorization": f"Bearer {mallory.token}"}
        assert httpx.get(f"{server.url}/api/v1/me", headers=bearer).status_code == 200
        assert httpx.get(f"{server.url}/metrics", headers={"Authorization": "Bearer the monitoring's own token"}).status_code == 200
        with open_socket(server, cast.slug, {"Authorization": f"Bearer {cast.vic.token}"}) as socket:
            frame(socket)
        wait_until("the refusal is logged", lambda: "Forbidden" in server.output)
    finally:
        assert server.stop() == 0
    assert f"/join/{logs.HIDDEN}" in server.output  # it would have been there
    for secret in (*secrets, mallory.token, cast.vic.token, settings.SECRET_KEY, "the monitoring's own token"):
        assert secret not in server.output


@pytest.mark.once
@pytest.mark.parametrize("style", ["line", "json"])
def test_a_database_or_redis_that_is_away_does_not_betray_its_password(tmp_path: Path, style: str) -> None:
    address = f"postgresql://salon:hunter2secret@127.0.0.1:{free_port()}/salon"
    ran = manage("serve", "--port", "0", DATABASE_URL=address, SALON_LOG_FORMAT=style, SALON_DATA_DIR=str(tmp_path))
    assert "cannot be reached" in ran.stderr
    assert "hunter2" not in ran.stderr + ran.stdout
    redis = f"redis://:hunter2%2Fsecret@127.0.0.1:{free_port()}/0"
    with (
        fresh_server(tmp_path / "other", REDIS_URL=redis, SALON_LOG_FORMAT=style) as server,
        httpx.Client(base_url=server.url) as client,
    ):
        client.get("/accounts/login/")
        form = {"login": "a@example.org", "password": "x", "csrfmiddlewaretoken": client.cookies.get("salon_csrf", "")}
        client.post("/accounts/login/", data=form, headers={"Referer": server.url})
        assert client.get("/readyz").json()["checks"]["redis"] == "does not answer"
    assert "hunter2" not in server.output


def record_of(error: Exception, message: str, *arguments: object, logger: str = "salon") -> logging.LogRecord:
    """Of an error that was raised, with its traceback."""
    with suppress(type(error)):
        raise error
    return logging.LogRecord(logger, logging.ERROR, "", 0, message, arguments, (type(error), error, error.__traceback__))


SECRETIVE = [
    "GET /join/s3cret-token HTTP/1.1",
    "Forbidden (CSRF): /api/v1/invites/s3cret-token/accept",
    "https://photos.example.org/setup?token=s3cret-token",
    "Authorization: Bearer s3cret-token",
    "{'salon_session': 's3cret-token'}",
    "salon_session=s3cret-token; path=/",
    "postgresql://salon:s3cret-token@db/salon",
    "redis://:s3cret-token@cache:6379/0",
    "duplicate key value\nDETAIL:  Key (session_key)=(s3cret-token) already exists.",
    "DETAIL:  Failing row contains (1, s3cret-token, null).",
    "password=s3cret-token host=db",
    "/accounts/password/reset/key/1-s3cret-token/",
]


@pytest.mark.once
@pytest.mark.parametrize("text", SECRETIVE)
@pytest.mark.parametrize("formatter", [logs.LineFormatter, logs.JsonLines])
def test_what_stands_where_secrets_stand_is_hidden(formatter: type[logging.Formatter], text: str) -> None:
    said = formatter().format(record_of(ValueError(text), "It said: %s", text))
    assert "ValueError" in said
    assert "s3cret-token" not in said
    assert logs.HIDDEN in said


@pytest.mark.once
def test_a_known_secret_is_hidden_wherever_it_stands_and_ordinary_words_are_not() -> None:
    discreet = logs.Discretion(["hunter2!", "abc", ""])
    assert discreet("it is hunter2!, abc") == f"it is {logs.HIDDEN}, abc"
    assert (
        discreet("GET rooms/<slug:slug> 200 https://photos.example.org:8443/rooms/x")
        == "GET rooms/<slug:slug> 200 https://photos.example.org:8443/rooms/x"
    )


BAD_IDS = (b"a b", b"a" * 65, b'x"', b"\xe4", b"")


def test_a_request_is_one_object_with_its_route_its_person_and_its_room(cast: Cast, tmp_path: Path) -> None:
    server = Server(environment=beside_the_first(tmp_path) | {"SALON_LOG_FORMAT": "json"})
    bearer = {"Authorization": f"Bearer {cast.vic.token}"}
    try:
        given = httpx.get(f"{server.url}/api/v1{cast.path}", headers=bearer | {"X-Request-ID": "from-the-proxy-1"})
        assert given.headers["X-Request-ID"] == "from-the-proxy-1"
        made = [httpx.get(f"{server.url}/healthz", headers={b"X-Request-ID": bad}).headers["X-Request-ID"] for bad in BAD_IDS]
        assert all(re.fullmatch("[0-9a-f]{32}", name) for name in made)
        assert len(set(made)) == len(made)
        page = httpx.get(f"{server.url}/", cookies={"salon_session": cast.vic.session})
        assert page.status_code == 200
        httpx.get(f"{server.url}/nothing/here")
        gate = f"{server.url}/internal/media/{cast.slug}"
        assert [httpx.get(gate, headers=who).status_code for who in (bearer, {})] == [204, 403]
        (line,) = requests_of(server, "api/v1/rooms/<slug:room>")
        (home,) = requests_of(server, "home")
        (nothing,) = requests_of(server, "none")
        (refused,) = requests_of(server, "internal/media/<slug:slug>")
        assert not any(line.get("route") == "healthz" for line in lines_of(server))
    finally:
        assert server.stop() == 0
    assert {name: line[name] for name in ("level", "logger", "method", "status", "request", "user", "room")} == {
        "level": "INFO",
        "logger": "salon.requests",
        "method": "GET",
        "status": 200,
        "request": "from-the-proxy-1",
        "user": str(cast.vic.user.id),
        "room": cast.slug,
    }
    assert 0 < line["ms"] < 10_000
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])
    assert (home["user"], home["room"]) == (str(cast.vic.user.id), None)
    assert (nothing["user"], nothing["status"]) == (None, 404)
    assert refused["status"] == 403


def test_a_traceback_is_a_field_of_its_line() -> None:
    said = logs.JsonLines().format(record_of(RuntimeError("broken"), "It broke", logger="daphne.server"))
    assert "\n" not in said
    line = json.loads(said)
    assert (line["logger"], line["level"], line["message"]) == ("daphne.server", "ERROR", "It broke")
    assert line["traceback"].startswith("Traceback (most recent call last)")


def test_whoever_logs_comes_out_in_the_same_format() -> None:
    chosen = logs.configuration("json", "INFO", ["hunter2!"])
    assert list(chosen["handlers"]) == ["console"]
    assert all(not logger.get("handlers") and logger.get("propagate", True) for logger in chosen["loggers"].values())
    assert "hunter2!" not in repr(chosen)  # Django shows its settings on its debug page


def test_what_runs_for_everybody_is_not_logged_as_somebody_s() -> None:
    """The hub is started by the first socket, and goes on when that is long closed."""

    async def start() -> list[Trace | None]:
        trace.current.set(Trace("of the first socket"))
        hub, seen = Hub(), []

        async def work() -> None:
            seen.append(trace.current.get())

        hub.do(work())
        await asyncio.gather(*hub.tasks)
        return [*seen, trace.current.get()]

    nobody, somebody = asyncio.run(start())
    assert nobody is None
    assert somebody is not None


def test_what_is_known_of_a_person_is_never_asked_of_the_database() -> None:
    unknown = Trace("x")
    assert unknown.person() is None
    unknown.request = HttpRequest()
    unknown.request.user = SimpleLazyObject(fail)  # type: ignore[assignment]
    assert unknown.person() is None


def fail() -> None:
    raise AssertionError("somebody asked")


def test_channels_redis_s_tracebacks_become_one_line_for_each_outage(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "layer", outage.Outage("nothing happens"))
    away = logging.getLogger("channels_redis.pubsub")
    for _ in range(2):
        for _ in range(3):
            away.handle(record_of(ConnectionError("refused"), "Unexpected exception in receive task", logger=away.name))
        outage.layer.end()
        outage.layer.end()
    said = [record.getMessage() for record in caplog.records]
    assert [text.partition(" (")[0].partition(",")[0] for text in said] == ["Redis does not answer", "Redis answers again"] * 2
    assert "refused" in said[0]
    away.error("Something else")
    assert caplog.records[-1].getMessage() == "Something else"


@contextmanager
def redis_at(port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    options = ["--bind", "127.0.0.1", "--save", "", "--dir", str(folder), "--port", str(port)]
    with (folder / "redis.log").open("ab") as log:
        process = subprocess.Popen([program("redis-server"), *options], stdout=log, stderr=log)
    try:
        wait_until("Redis answers", lambda: answers(port))
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)


@pytest.mark.skipif(os.environ.get("TESTS_ON") != "postgres", reason="there is no Redis to lose")
def test_a_redis_that_goes_and_comes_back_is_worth_two_lines(cast: Cast, tmp_path: Path) -> None:
    port = free_port()
    quick = {"REDIS_URL": f"redis://127.0.0.1:{port}/0", "SALON_SOCKET_CHECK_SECONDS": "0.3"}
    with redis_at(port, tmp_path):
        server = Server(environment=beside_the_first(tmp_path) | quick)

    def said(words: str) -> int:
        return sum("salon.outage" in line and words in line and "no rate limits" not in line for line in server.lines)

    try:
        with redis_at(port, tmp_path), open_socket(server, cast.slug, {"Authorization": f"Bearer {cast.vic.token}"}) as socket:
            frame(socket)
        for times in (1, 2):
            wait_until("it is missed", lambda times=times: said("Redis does not answer") == times)  # type: ignore[misc]
            with redis_at(port, tmp_path):
                wait_until("it is back", lambda times=times: said("Redis answers again") == times)  # type: ignore[misc]
    finally:
        assert server.stop() == 0
    assert "Traceback" not in server.output

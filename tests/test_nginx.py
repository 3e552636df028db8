"""The door: nginx with the files of deploy/nginx, in front of a real Salon."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from typing import cast as typed

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from rooms.models import Photo
from tests.nginx import CONFIG, Nginx, find_nginx, nginx_before
from tests.people import Cast, Person, open_socket, problem
from tests.pictures import photograph, picture
from tests.relay import Relay, relay_to
from tests.rows import fill
from tests.server import Server, beside_the_first, manage
from tests.services import FOLDER, free_port
from tests.test_sockets import frame
from tests.test_tus_clients import sum_of, tuspy

pytestmark = pytest.mark.skipif(find_nginx() is None, reason="needs nginx")
SECURITY_HEADERS = (
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
)


@pytest.fixture(scope="module")
def static() -> Iterator[Path]:
    """A data folder with static files as the image has them."""
    folder = FOLDER / "collected"
    assert manage("collectstatic", "--no-input", SALON_DATA_DIR=str(folder)).returncode == 0
    subprocess.run(["python", "-m", "servestatic.compress", "--quiet", "--no-brotli", "--no-zstd", folder / "static"], check=True)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def relay(server: Server) -> Iterator[Relay]:
    with relay_to(server.port or 0) as relay:
        yield relay


@pytest.fixture(scope="module")
def door(relay: Relay, static: Path) -> Iterator[Nginx]:
    with nginx_before(f"127.0.0.1:{relay.port}", static) as nginx:
        yield nginx


@pytest.fixture
def cleo(cast: Cast, door: Nginx) -> Iterator[Person]:
    """Cleo, who comes through nginx."""
    person = replace(cast.cleo, server=typed("Any", door))
    yield person
    person.close()


@pytest.fixture
def client(door: Nginx) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=door.url, timeout=30) as client:
        yield client


def test_it_runs_without_rights_and_writes_only_into_its_own_folder(door: Nginx) -> None:
    status = Path(f"/proc/{door.process.pid}/status").read_text()
    assert int(status.split("Uid:")[1].split()[1]) != 0
    children = Path(f"/proc/{door.process.pid}/task/{door.process.pid}/children").read_text().split()
    for pid in (str(door.process.pid), *children):
        written = [entry.readlink() for entry in Path(f"/proc/{pid}/fd").iterdir() if is_written(pid, entry.name)]
        assert door.log in written
        assert [path for path in written if path.is_absolute() and not path.is_relative_to(door.folder)] == []


def is_written(pid: str, number: str) -> bool:
    flags = Path(f"/proc/{pid}/fdinfo/{number}").read_text().split("flags:")[1].split()[0]
    return bool(int(flags, 8) & (os.O_WRONLY | os.O_RDWR))


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"SALON_TRUSTED_PROXIES": "10.0.0.0/8; } evil"}, "SALON_TRUSTED_PROXIES is not an address"),
        ({"SALON_WEB": 'web"; evil'}, "SALON_WEB is not an address"),
        ({"SALON_TLS_CERTIFICATE": "/nowhere"}, "must both name files"),
    ],
)
def test_what_nginx_cannot_use_is_refused_in_words(tmp_path: Path, environment: dict[str, str], words: str) -> None:
    path = {"PATH": f"{os.environ['PATH']}:/usr/sbin", "SALON_NGINX_DIR": str(tmp_path)}
    done = subprocess.run([CONFIG / "start", "-t"], env=path | environment, capture_output=True, text=True)
    assert done.returncode != 0
    assert words in done.stderr


def await_silence(line: ClientConnection, seconds: float) -> None:
    """Until nothing has come for so long. Pings are not heard, which is how a browser takes them, too."""
    with suppress(TimeoutError):
        while True:
            line.recv(timeout=seconds)


def test_sockets_pass_and_are_kept_open_by_salons_pings(cast: Cast, static: Path, tmp_path: Path) -> None:
    often = {"SALON_PING_SECONDS": "2", "SALON_SOCKET_CHECK_SECONDS": "1"}
    quick = Server("--no-worker", environment=beside_the_first(tmp_path) | often)
    short = {"proxy_read_timeout 90s": "proxy_read_timeout 6s"}  # Daphne looks after its sockets each two seconds
    try:
        with nginx_before(f"127.0.0.1:{quick.port}", static, other=short) as nginx:
            headers = {"Cookie": f"salon_session={cast.cleo.session}", "Origin": nginx.url}
            with open_socket(typed("Any", nginx), cast.slug, headers) as line:
                assert frame(line)["type"] == "hello"
                await_silence(line, 8)
                cast.olive.api.patch(cast.path, json={"name": "Still here"})
                assert frame(line)["events"][0]["data"]["name"] == "Still here"
    finally:
        quick.stop()


def test_a_socket_of_another_site_is_refused(cast: Cast, door: Nginx) -> None:
    with (
        pytest.raises(InvalidStatus),
        open_socket(typed("Any", door), cast.slug, {"Cookie": f"salon_session={cast.cleo.session}", "Origin": "https://evil.example"}),
    ):
        pass


def test_photos_come_in_by_form_and_in_pieces(cast: Cast, cleo: Person) -> None:
    assert cleo.api.post(f"{cast.path}/photos", files={"file": ("a.jpg", picture())}).status_code == 201
    content = photograph("rocket.jpg")
    location = tuspy(replace(cast, cleo=cleo)).uploader(file_stream=BytesIO(content), chunk_size=20_000, metadata={"filename": "b.jpg"})
    location.upload()
    assert str(location.url).startswith(cleo.server.url)
    assert Photo.objects.filter(room=cast.room, sha256=sum_of(content)).exists()


def test_a_body_passes_through_without_lying_down_and_salon_says_what_is_too_large(cast: Cast, cleo: Person, door: Nginx) -> None:
    temp, seen = door.folder / "run" / "temp", list[Path]()

    def body() -> Iterator[bytes]:
        for _ in range(60):
            yield bytes(1_000_000)
            seen.extend(path for path in temp.rglob("*") if path.is_file())

    answer = cleo.api.post(f"{cast.path}/photos", content=body(), headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert problem(answer, 413)["code"] == "too_large"
    assert seen == []


def test_what_has_a_hash_in_its_name_is_kept_for_ever_and_comes_compressed(client: httpx.Client, static: Path) -> None:
    assets = [path for path in (static / "static" / "assets").iterdir() if path.suffix != ".gz"]
    assert len(assets) > 5
    for path in assets:
        answer = client.get(f"/static/assets/{path.name}", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable", path.name
        assert answer.content == path.read_bytes()
        assert ("Content-Encoding" in answer.headers) == path.with_name(path.name + ".gz").exists()
        plain = client.get(f"/static/assets/{path.name}", headers={"Accept-Encoding": "identity"})
        assert (plain.content, "Content-Encoding" in plain.headers) == (path.read_bytes(), False)
    assert {".js", ".css"} <= {path.suffix for path in assets if path.with_name(path.name + ".gz").exists()}
    assert client.get("/static/favicon.svg").headers["Cache-Control"] == "max-age=60, public"
    absent = client.get("/static/assets/main-00000000.js")
    assert (absent.status_code, "Cache-Control" in absent.headers) == (404, False)


def test_nothing_but_static_files_comes_out_of_the_data_folder(client: httpx.Client) -> None:
    for path in ("/static/../secret-key", "/static/%2e%2e/secret-key", "/static../secret-key", "/data/secret-key", "/static/"):
        assert client.get(path).status_code in (400, 403, 404)


def test_what_nginx_says_by_itself_carries_the_headers_that_salon_sends(client: httpx.Client, door: Nginx, static: Path) -> None:
    ours = client.get("/accounts/login/")
    expected = {name: ours.headers[name] for name in SECURITY_HEADERS}
    with nginx_before(f"127.0.0.1:{free_port()}", static) as alone:
        answers = [
            client.get("/static/favicon.svg"),
            client.get("/static/nothing"),
            client.get(f"/media/a/{'0' * 8}-0000-0000-0000-{'0' * 12}/grid"),
            *(httpx.get(f"{alone.url}{path}") for path in ("/", "/api/v1/me")),
        ]
    assert [answer.status_code for answer in answers] == [200, 404, 404, 503, 503]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == expected, answer.url
        assert "nginx/" not in answer.headers["Server"]


def test_while_web_is_away_people_read_a_page_and_programs_an_error(static: Path) -> None:
    with nginx_before(f"127.0.0.1:{free_port()}", static) as nginx, httpx.Client(base_url=nginx.url) as client:
        for path in ("/", "/rooms/abc", "/media/abc/original", f"/media/a/{'0' * 8}-0000-0000-0000-{'0' * 12}/grid"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (503, "5", "no-store")
            assert "<h1>One moment</h1>" in answer.text
        for method in ("GET", "POST"):
            answer = client.request(method, "/api/v1/me", content=b"x" if method == "POST" else None)
            assert (problem(answer, 503)["code"], answer.headers["Retry-After"]) == ("unavailable", "5")
        assert client.get("/static/broken.css").status_code == 200


def test_an_error_of_salons_own_stays_as_it_is(client: httpx.Client) -> None:
    assert problem(client.get("/api/v1/me"), 401)["code"] == "not_signed_in"
    assert "Nothing hangs here" in client.get("/rooms/nowhere").text or client.get("/rooms/nowhere").status_code == 302


def test_no_log_holds_a_link_a_key_or_a_session(cast: Cast, static: Path, relay: Relay) -> None:
    secret = "S3cretS3cretS3cret"
    paths = [f"/join/{secret}", f"/%6aoin/{secret}", f"//join/{secret}", f"/./join/{secret}", f"/JOIN/{secret}", f"/setup?token={secret}"]
    paths += [
        f"/wall/{secret}",
        f"/accounts/password/reset/key/1-{secret}/",
        f"/accounts/confirm-email/{secret}/",
        f"/api/v1/invites/{secret}/accept",
        f"/?x={secret}",
    ]
    paths += [f"/media/a/{'0' * 8}-0000-0000-0000-{'0' * 12}/grid?t={secret}"]
    headers = {
        "Cookie": f"salon_session={secret}; salon_screen={secret}",
        "Authorization": f"Bearer {secret}",
        "Referer": f"http://localhost/join/{secret}",
    }
    for web in (f"127.0.0.1:{relay.port}", f"127.0.0.1:{free_port()}", "nowhere.invalid:80"):
        with nginx_before(web, static) as nginx:
            for path in paths:
                httpx.get(nginx.url + path, headers=headers)
            raw(nginx, f"GET /join/{secret} HTTP/1.1\r\nHost: a\r\nBad header\r\n\r\n")
            raw(nginx, f"GET /join/{secret} {secret}\r\n\r\n")
        assert secret not in nginx.output
        assert {"/join/…", "/wall/…", "/accounts/confirm-email/…", "/api/v1/invites/…", "/setup", "/", "…"} < {
            line["path"] for line in nginx.requests()
        }
        assert {line["client"] for line in nginx.requests()} == {"127.0.0.1"}


def raw(nginx: Nginx, text: str) -> None:
    with socket.create_connection(("127.0.0.1", nginx.port)) as line:
        line.sendall(text.encode())
        while line.recv(4096):
            pass


def test_salon_hears_the_id_that_nginx_gave_the_request(static: Path, relay: Relay) -> None:
    with nginx_before(f"127.0.0.1:{relay.port}", static) as nginx:
        httpx.get(f"{nginx.url}/healthz", headers={"X-Request-ID": "forged"})
        heard = relay.asked[-1].all("X-Request-ID")
    assert heard == [nginx.requests()[0]["request_id"]]
    assert len(heard[0]) == 32


def test_what_the_api_says_is_compressed_and_pages_with_their_tokens_are_not(cast: Cast, client: httpx.Client) -> None:
    fill(cast.membership(cast.cleo), 40)
    asked = {"Authorization": f"Bearer {cast.vic.token}", "Accept-Encoding": "gzip"}
    for address in (f"/api/v1{cast.path}/photos", f"/api/v1{cast.path}/photos/index"):
        packed, plain = (client.get(address, headers=asked | {"Accept-Encoding": coding}) for coding in ("gzip", "identity"))
        assert (packed.headers["Content-Encoding"], packed.headers["Vary"].count("Accept-Encoding")) == ("gzip", 1), address
        assert "Content-Encoding" not in plain.headers
        assert packed.json() == plain.json()
        assert packed.num_bytes_downloaded < plain.num_bytes_downloaded
    page = client.get("/accounts/login/", headers={"Accept-Encoding": "gzip"})
    assert "csrfmiddlewaretoken" in page.text
    assert "Content-Encoding" not in page.headers
    tag = client.get(f"/api/v1{cast.path}/photos/index", headers=asked).headers["ETag"]
    assert client.get(f"/api/v1{cast.path}/photos/index", headers=asked | {"If-None-Match": tag}).status_code == 304

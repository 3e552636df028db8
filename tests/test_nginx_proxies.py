"""Where people come from: what nginx believes of it, and what Salon does."""

import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from typing import cast as typed

import httpx
import pytest
from allauth.core.internal.httpkit import get_client_ip
from django.test import RequestFactory, override_settings

from tests.nginx import Nginx, find_nginx, nginx_before
from tests.people import Cast, open_socket
from tests.pictures import picture
from tests.relay import Relay, relay_to
from tests.server import REPOSITORY, Server, manage
from tests.services import FOLDER, answers, free_port, wait_until
from tests.test_sockets import frame

pytestmark = pytest.mark.skipif(find_nginx() is None, reason="needs nginx")


@pytest.fixture(scope="module")
def relay(server: Server) -> Iterator[Relay]:
    with relay_to(server.port or 0) as relay:
        yield relay


@pytest.fixture(scope="module")
def door(relay: Relay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with nginx_before(f"127.0.0.1:{relay.port}", tmp_path_factory.mktemp("data")) as nginx:
        yield nginx


def forwarded(relay: Relay) -> dict[str, list[str]]:
    asked = relay.asked[-1]
    return {name: asked.all(name) for name in ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded")}


FORGED = {
    "X-Forwarded-For": "6.6.6.6, 203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Real-IP": "6.6.6.6",
    "Forwarded": "for=6.6.6.6;proto=https",
}


def test_nobody_forges_where_they_come_from(door: Nginx, relay: Relay) -> None:
    for path in ("/healthz", "/api/v1/me", "/media/a/b/c", "/ws/", f"/media/a/{'0' * 8}-0000-0000-0000-{'0' * 12}/grid"):
        httpx.get(door.url + path, headers=FORGED)
        seen = forwarded(relay)
        assert seen["X-Forwarded-For"] == ["127.0.0.1"]
        assert seen["X-Forwarded-Proto"] == ["http"]
        assert seen["Forwarded"] == []
        assert {*seen["X-Real-IP"], *seen["X-Forwarded-Host"]} <= {"127.0.0.1", f"127.0.0.1:{door.port}"}


def test_a_trusted_proxy_says_where_people_come_from_and_only_as_far_as_it_is_trusted(relay: Relay, tmp_path: Path) -> None:
    with nginx_before(f"127.0.0.1:{relay.port}", tmp_path, SALON_TRUSTED_PROXIES="127.0.0.0/8, 203.0.113.0/28") as nginx:
        for chain, client in {
            "198.51.100.7": "198.51.100.7",
            "6.6.6.6, 198.51.100.7, 203.0.113.9": "198.51.100.7",
            "not-an-address": "127.0.0.1",
        }.items():
            answer = httpx.get(f"{nginx.url}/healthz", headers=FORGED | {"X-Forwarded-For": chain})
            seen = forwarded(relay)
            assert (seen["X-Forwarded-For"], seen["X-Forwarded-Proto"]) == ([client], ["https"])
            assert (seen["X-Forwarded-Host"], seen["X-Real-IP"], seen["Forwarded"]) == ([f"127.0.0.1:{nginx.port}"], [client], [])
        assert answer.status_code == 200
        odd = httpx.get(f"{nginx.url}/healthz", headers={"X-Forwarded-Proto": "gopher"})
        assert (odd.status_code, forwarded(relay)["X-Forwarded-Proto"]) == (200, ["http"])
        assert "max-age=31536000" in httpx.get(f"{nginx.url}/static/nothing", headers=FORGED).headers["Strict-Transport-Security"]


def test_with_a_certificate_there_is_tls_and_http_2(relay: Relay, tmp_path: Path) -> None:
    folder, port = FOLDER / "certificate", free_port()
    folder.mkdir()
    certificate, key = folder / "cert.pem", folder / "key.pem"
    options = ["-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(["openssl", "req", "-x509", *options, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    key.chmod(0o644)
    tls: Any = {"SALON_TLS_CERTIFICATE": str(certificate), "SALON_TLS_KEY": str(key), "SALON_LISTEN_TLS": f"127.0.0.1:{port}"}
    context = ssl.create_default_context(cafile=str(certificate))
    with nginx_before(f"127.0.0.1:{relay.port}", tmp_path, **tls):
        assert httpx.get(f"https://localhost:{port}/healthz", verify=context).status_code == 200
        assert forwarded(relay)["X-Forwarded-Proto"] == ["https"]
        assert httpx.get(f"https://localhost:{port}/static/nothing", verify=context).headers["Strict-Transport-Security"]
        context.set_alpn_protocols(["h2"])
        with socket.create_connection(("127.0.0.1", port)) as line, context.wrap_socket(line, server_hostname="localhost") as secured:
            assert secured.selected_alpn_protocol() == "h2"


@pytest.mark.parametrize(
    ("proxies", "said", "client"),
    [
        (0, "6.6.6.6", "127.0.0.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (2, "6.6.6.6, 198.51.100.7, 203.0.113.9", "198.51.100.7"),
        (1, None, "127.0.0.1"),
    ],
)
def test_salon_believes_as_many_proxies_as_it_was_told_of(proxies: int, said: str | None, client: str) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": said} if said else {})
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=proxies):
        assert get_client_ip(request) == client


@pytest.mark.parametrize(("proxies", "secure", "client"), [("0", "False", "127.0.0.1"), ("1", "True", "198.51.100.7")])
def test_one_setting_says_whether_the_words_of_a_proxy_count(proxies: str, secure: str, client: str) -> None:
    request = 'RequestFactory().get("/", headers={"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"})'
    code = f"from django.test import RequestFactory; from allauth.core.internal.httpkit import get_client_ip as of; r = {request}; "
    done = manage("shell", "--no-imports", "-c", code + "print(r.is_secure(), of(r))", SALON_PROXIES=proxies)
    assert done.stdout.split() == [secure, client], done.stderr


def snippet(language: str, heading: str) -> str:
    page = (REPOSITORY / "docs" / "proxies.md").read_text().partition(f"## {heading}")[2]
    found = re.search(rf"```{language}\n(.*?)```", page, re.DOTALL)
    assert found, heading
    return found[1]


@contextmanager
def caddy(config: str, port: int) -> Iterator[str]:
    """A real Caddy with this Caddyfile; it listens on the port."""
    folder = FOLDER / f"caddy-{port}"
    folder.mkdir()
    (folder / "Caddyfile").write_text("{\n\tadmin off\n}\n" + config)
    command = ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with (folder / "log").open("wb") as log:
        paths = {"HOME": str(folder), "PATH": "/usr/bin", "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        process = subprocess.Popen(command, stdout=log, stderr=log, env=paths)
    try:
        wait_until("Caddy listens", lambda: answers(port) or process.poll() is not None)
        assert process.poll() is None, (folder / "log").read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)


@pytest.mark.skipif(shutil.which("caddy") is None, reason="needs Caddy")
def test_the_snippet_for_caddy_passes_people_sockets_and_photos(cast: Cast, relay: Relay, tmp_path: Path) -> None:
    port = free_port()
    with nginx_before(f"127.0.0.1:{relay.port}", tmp_path, SALON_TRUSTED_PROXIES="127.0.0.0/8") as nginx:
        config = (
            snippet("caddy", "Caddy")
            .replace("photos.example.org", f"http://127.0.0.1:{port}")
            .replace("127.0.0.1:8080", f"127.0.0.1:{nginx.port}")
        )
        assert config.count(str(nginx.port)) == config.count(str(port)) == 1
        with caddy(config, port) as url:
            httpx.get(f"{url}/healthz", headers=FORGED)
            seen = forwarded(relay)
            assert (seen["X-Forwarded-For"], seen["X-Forwarded-Proto"], seen["X-Forwarded-Host"]) == (
                ["127.0.0.1"],
                ["http"],
                [f"127.0.0.1:{port}"],
            )
            check_all_passes(cast, url)


def check_all_passes(cast: Cast, url: str) -> None:
    """A photo by form, and its arrival on a socket that a page of this address opened."""
    cleo = replace(cast.cleo, server=typed("Any", At(url)))
    headers = {"Cookie": f"salon_session={cast.vic.session}", "Origin": url}
    with open_socket(typed("Any", At(url)), cast.slug, headers) as line:
        assert frame(line)["type"] == "hello"
        assert cleo.api.post(f"{cast.path}/photos", files={"file": ("a.jpg", picture())}).status_code == 201
        assert frame(line)["events"][0]["kind"] == "photo.added"
    cleo.close()


class At:
    def __init__(self, url: str) -> None:
        self.url = url


def test_cloudflares_list_reads_its_header_and_nobody_elses(relay: Relay, tmp_path: Path) -> None:
    """What Cloudflare sends, from loopback in the place of one of its addresses: the visitor's last, whatever the visitor sent first."""
    trusted = re.search(r"SALON_TRUSTED_PROXIES=(\S+)", snippet("sh", "Cloudflare"))
    assert trusted
    assert len(trusted[1].split(",")) == 15
    for more, client in (("", "127.0.0.1"), (",127.0.0.0/8", "198.51.100.7")):
        with nginx_before(f"127.0.0.1:{relay.port}", tmp_path, SALON_TRUSTED_PROXIES=trusted[1] + more) as nginx:
            httpx.get(f"{nginx.url}/healthz", headers={"X-Forwarded-For": "6.6.6.6,198.51.100.7, 172.64.1.1", "X-Forwarded-Proto": "https"})
            assert forwarded(relay)["X-Forwarded-For"] == [client]


def test_what_traefik_sends_is_read(cast: Cast, relay: Relay, tmp_path: Path) -> None:
    """Traefik is not in Debian. By its documentation it sets these headers anew for whom it does not trust."""
    headers = {
        "X-Forwarded-For": "198.51.100.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "photos.example.org",
        "X-Real-Ip": "198.51.100.7",
    }
    with nginx_before(f"127.0.0.1:{relay.port}", tmp_path, SALON_TRUSTED_PROXIES="127.0.0.0/8") as nginx:
        httpx.get(f"{nginx.url}/healthz", headers=headers | {"Host": "localhost"})
        seen = forwarded(relay)
    assert (seen["X-Forwarded-For"], seen["X-Forwarded-Proto"], seen["X-Forwarded-Host"]) == (["198.51.100.7"], ["https"], ["localhost"])
    assert 'traefik.http.services.salon.loadbalancer.server.port: "8080"' in snippet("yaml", "Traefik")

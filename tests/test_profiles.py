"""What the profiles of compose.yaml bring: Caddy before nginx, and Prometheus with a board."""

import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.nginx import find_nginx, nginx_before
from tests.server import REPOSITORY
from tests.services import FOLDER, PATIENCE_SECONDS, answers, free_port, wait_until
from tests.test_metrics import TOKEN
from tests.workers import salon_without_worker

pytestmark = pytest.mark.once

MONITORING = REPOSITORY / "deploy" / "monitoring"
BOARD = json.loads((MONITORING / "grafana" / "salon.json").read_text())
ALERTS = (MONITORING / "prometheus" / "alerts.yml").read_text()
MADE_BY_PROMETHEUS = {"up"}
NOT_METRICS = {"sum", "max", "min", "by", "le", "rate", "topk", "absent", "or", "histogram_quantile", "label_replace"}


def named_in(expression: str) -> set[str]:
    """The metrics a PromQL expression asks for."""
    bare = re.sub(r"\{[^}]*\}|\"[^\"]*\"|\[[^]]*\]|by \([^)]*\)", " ", expression)
    return set(re.findall(r"[a-z_]{2,}", bare)) - NOT_METRICS


def board_expressions() -> list[str]:
    return [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]


def alert_expressions() -> list[str]:
    return re.findall(r"^ +expr: (.+)$", ALERTS, re.MULTILINE)


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Names and labels of what /metrics shows, where somebody has asked for something."""
    with salon_without_worker(tmp_path_factory.mktemp("salon"), SALON_METRICS_TOKEN=TOKEN) as salon:
        httpx.get(f"{salon.server.url}/healthz")
        text = httpx.get(f"{salon.server.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        names = {family.name, *(f"{family.name}{suffix}" for suffix in SUFFIXES.get(family.type, ()))}
        for name in names:
            found[name] = {label for sample in family.samples for label in sample.labels}
    return found


SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}


def test_the_board_and_the_alerts_ask_for_something() -> None:
    assert named_in('sum by (le) (rate(salon_x_bucket{a="b"}[5m])) > 2') == {"salon_x_bucket"}
    assert len(board_expressions()) > 20
    assert len(alert_expressions()) == ALERTS.count("- alert:") > 5


@pytest.mark.parametrize("expression", sorted({*board_expressions(), *alert_expressions()}))
def test_what_the_board_and_the_alerts_ask_for_exists(exposed: dict[str, set[str]], expression: str) -> None:
    names = named_in(expression)
    assert names
    assert names - set(exposed) - MADE_BY_PROMETHEUS == set()


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_prometheus_understands_its_configuration() -> None:
    for arguments in (("config", "--syntax-only", "prometheus.yml"), ("rules", "alerts.yml")):
        ran = subprocess.run(["promtool", "check", *arguments], cwd=MONITORING / "prometheus", capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that came."""

    def do_GET(self) -> None:
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def echo() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Caddy:
    """Debian's Caddy with our Caddyfile, a certificate of its own making, and ports that are free."""

    def __init__(self, folder: Path, socket: Path) -> None:
        self.port = free_port()
        options = f"http_port {free_port()}\nhttps_port {self.port}\ndefault_bind 127.0.0.1\nadmin off\nskip_install_trust\n"
        (folder / "Caddyfile").write_text(f"{{\n{options}}}\nimport {REPOSITORY}/deploy/caddy/Caddyfile\n")
        homes = {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"],
                env=os.environ | homes | {"SALON_DOMAIN": "localhost", "SALON_SOCKET": str(socket)}, stdout=log, stderr=log,
            )  # fmt: skip
        root = folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        wait_until("Caddy has a certificate", lambda: (answers(self.port) and root.exists()) or self.process.poll() is not None)
        assert self.process.poll() is None, (folder / "log").read_text()
        self.trust = ssl.create_default_context(cafile=str(root))

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_SECONDS)


@pytest.mark.skipif(not (shutil.which("caddy") and find_nginx()), reason="Caddy or nginx is not installed")
def test_caddy_tells_salon_who_comes_and_nobody_else_can(tmp_path: Path, echo: str) -> None:
    door = FOLDER / "door"
    door.mkdir()
    door.chmod(0o1777)
    socket = door / "nginx.sock"
    with nginx_before(echo, tmp_path, SALON_LISTEN_SOCKET=str(socket)) as nginx:
        caddy = Caddy(tmp_path, socket)
        try:
            forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http", "X-Real-IP": "203.0.113.9"}
            with httpx.Client(verify=caddy.trust, headers=forged) as client:
                wait_until("the certificate is there", lambda: client.get(f"https://localhost:{caddy.port}/api/echo").status_code == 200)
                heard = client.get(f"https://localhost:{caddy.port}/api/echo").json()
            assert (heard["x-forwarded-for"], heard["x-forwarded-proto"], heard["x-real-ip"]) == ("127.0.0.1", "https", "127.0.0.1")
            assert heard["host"] == f"localhost:{caddy.port}"
        finally:
            caddy.stop()
        past_caddy = httpx.get(f"{nginx.url}/api/echo", headers=forged | {"X-Forwarded-Proto": "https"}).json()
        assert (past_caddy["x-forwarded-for"], past_caddy["x-forwarded-proto"]) == ("127.0.0.1", "http")

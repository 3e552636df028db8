"""`manage.py doctor` names what is wrong on the way, and nothing that is not."""

import os
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core import signing

from salon.checkup import endpoints, inside, outside
from salon.checkup.finding import Finding, Mark
from salon.checkup.visit import Visit
from tests.bad_proxy import FLAWS, bad_proxy
from tests.people import Cast, anonymous
from tests.server import Server, manage
from tests.services import answers, free_port, program, wait_until

IDLE_SECONDS = 1.5
ADVICE = {
    "upgrade": ("socket", 'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";'),
    "idle": ("idle", "proxy_read_timeout 90s;"),
    "body": ("body", "client_max_body_size 4m;"),
    "range": ("range", "proxy_set_header Range $http_range;"),
    "stream": ("stream", "proxy_buffering off;"),
    "cache": ("cache", "proxy_cache off;"),
    "host": ("host", "proxy_set_header Host $http_host;"),
    "scheme": ("scheme", "proxy_set_header X-Forwarded-Proto $scheme;"),
}


@pytest.fixture(autouse=True)
def small_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.ENV, "max_upload_mb", 3)
    monkeypatch.setattr(endpoints, "PAUSE_SECONDS", 1.0)


def port_of(server: Server) -> int:
    assert server.port is not None
    return server.port


def ill(findings: Iterator[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings if finding.mark != Mark.FINE}


def test_there_is_a_cure_for_every_flaw() -> None:
    assert set(ADVICE) == set(FLAWS)


def test_nothing_is_wrong_with_a_good_proxy(server: Server) -> None:
    with bad_proxy(port_of(server)) as url:
        found = list(outside.examine(Visit(url), IDLE_SECONDS))
    assert [(finding.name, finding.seen) for finding in found if finding.mark != Mark.FINE and finding.name != "ready"] == []
    assert {"socket", "idle", "body", "range", "stream", "cache", "host", "scheme", "clock"} <= {finding.name for finding in found}


@pytest.mark.parametrize("flaw", FLAWS)
def test_each_flaw_of_a_proxy_is_named_with_the_line_to_change(server: Server, flaw: str) -> None:
    name, line = ADVICE[flaw]
    with bad_proxy(port_of(server), flaw) as url:
        found = ill(outside.examine(Visit(url), IDLE_SECONDS if flaw in ("idle", "upgrade") else 0))
    related = {"idle"} if flaw == "upgrade" else {"ready"}
    assert set(found) - related - {"ready"} == {name}, found
    assert line in found[name].fix


@pytest.mark.once
def test_an_nginx_with_nothing_but_proxy_pass_is_told_all_it_lacks(server: Server, tmp_path: Path) -> None:
    port = free_port()
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(
        f"""daemon off; pid {tmp_path}/pid; error_log stderr; events {{ }}
        http {{ access_log off; client_body_temp_path {tmp_path}/body; proxy_temp_path {tmp_path}/proxy; fastcgi_temp_path {tmp_path}/f;
        uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s;
        server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{server.port}; }} }} }}"""
    )
    with (tmp_path / "log").open("wb") as log:
        nginx = subprocess.Popen([program("nginx"), "-p", str(tmp_path), "-c", str(configuration)], stdout=log, stderr=log)
    try:
        wait_until("nginx answers", lambda: answers(port))
        found = ill(outside.examine(Visit(f"http://127.0.0.1:{port}"), 0))
    finally:
        nginx.terminate()
        nginx.wait(10)
    assert set(found) - {"ready"} == {"host", "body", "socket"}
    assert "(413)" in found["body"].seen


def certificate(days: int, folder: Path) -> Path:
    """For 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Salon's tests")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=30)).not_valid_after(now + timedelta(days=days, hours=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    path = folder / f"{days}.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.once
@pytest.mark.parametrize(
    ("days", "mark", "words"), [(90, Mark.FINE, "90 more days"), (5, Mark.DOUBTFUL, "5 more days"), (-1, Mark.WRONG, "expired")]
)
def test_a_certificate_is_looked_at_before_it_runs_out(server: Server, tmp_path: Path, days: int, mark: Mark, words: str) -> None:
    path = certificate(days, tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with bad_proxy(port_of(server), context=context) as url:
        found = {finding.name: finding for finding in outside.examine(Visit(url, ssl.create_default_context(cafile=str(path))), 0)}
    assert (found["certificate"].mark, words in found["certificate"].seen) == (mark, True), found["certificate"]
    assert found["socket"].mark == Mark.FINE  # it goes on, so that all is told at once
    assert found["scheme"].fix == f"SALON_URL={url}"


def test_a_name_that_leads_nowhere_ends_the_walk() -> None:
    found = list(outside.examine(Visit("http://nowhere.invalid"), 0))
    assert [(finding.name, finding.mark) for finding in found] == [("name", Mark.WRONG)]
    closed = list(outside.examine(Visit(f"http://127.0.0.1:{free_port()}"), 0))
    assert [finding.name for finding in closed if finding.mark == Mark.WRONG] == ["line"]


def test_another_salon_s_doctor_is_a_stranger_here(server: Server) -> None:
    for token in ("", "x", signing.dumps("x", salt=endpoints.SALT, key="another Salon's key"), signing.dumps("x", salt="other")):
        visit = Visit(server.url, token=token)
        assert visit.ask("/doctor/look").status == visit.ask("/doctor/body", length=1, chunks=[b"x"]).status == 404
        assert [finding.name for finding in outside.examine(visit, 0)][-1] == "ourselves"
    assert Visit(server.url).ask("/doctor/look").status == 200


def test_a_token_of_the_doctor_s_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    token = endpoints.token()
    assert endpoints.is_ours(token)
    monkeypatch.setattr(endpoints, "LIFE_SECONDS", -1)
    assert not endpoints.is_ours(token)


def test_the_command_prints_its_findings_and_fails_with_what_is_wrong(server: Server) -> None:
    with bad_proxy(port_of(server), "upgrade") as url:
        ran = manage("doctor", "--url", url, "--quick", SALON_MAX_UPLOAD_MB="3")
    assert ran.returncode == 1, ran.stderr
    assert "✗ socket:" in ran.stdout
    assert "proxy_set_header Upgrade" in ran.stdout
    assert "✓ body: 3 MB get through" in ran.stdout
    assert "idle" not in ran.stdout


@pytest.mark.once
def test_a_salon_that_is_well_is_told_so(server: Server) -> None:
    wait_until("the worker is heard of", lambda: httpx.get(f"{server.url}/readyz").json()["status"] == "ok")
    ran = manage("doctor", "--url", server.url, "--idle", "1", SALON_MAX_UPLOAD_MB="3")
    assert ran.returncode == 0, ran.stdout
    assert "0 wrong." in ran.stdout
    if os.environ.get("REDIS_URL"):
        assert "✓ layer: a message comes back" in ran.stdout


def test_what_is_wrong_inside_is_named(cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = {finding.name: finding.mark for finding in inside.examine()}
    assert before["storage"] == before["database"] == before["migrations"] == Mark.FINE
    (tmp_path / "file").touch()
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "file")
    monkeypatch.setattr(settings, "MAIL_CONFIGURED", True)
    monkeypatch.setattr(
        settings,
        "MAILERS",
        {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {"host": "127.0.0.1", "port": free_port()}}},
    )
    found = ill(inside.examine())
    assert {"storage", "mail", "settings"} <= set(found)
    assert "SALON_DATA_DIR" in found["storage"].fix
    assert "SALON_MAIL_URL" in found["mail"].fix


def test_the_check_up_page_is_for_staff(cast: Cast) -> None:
    with anonymous(cast.olive.server) as client:
        assert client.get("/admin/checkup/").status_code == 302
    assert cast.olive.browser.get("/admin/checkup/").status_code in (302, 404)
    cast.olive.user.is_staff = cast.olive.user.is_superuser = True
    cast.olive.user.save()
    page = cast.olive.browser.get("/admin/checkup/")
    assert page.status_code == 200
    for name in ("database", "migrations", "storage", "worker"):
        assert f">{name}<" in page.text
    assert "/admin/checkup/" in cast.olive.browser.get("/admin/").text

"""What can be said about the files of the stack without a Docker Engine."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from salon import __version__
from tests.nginx import CONFIG, find_nginx
from tests.server import REPOSITORY, manage

pytestmark = pytest.mark.once

DOCKERFILE = REPOSITORY / "deploy" / "Dockerfile"
COMPOSE = REPOSITORY / "compose.yaml"
# What gixy holds against the configuration and is meant:
# the port in Host is part of what Origin is compared with; how many files nginx may open says compose.yaml; and of the files
# that are looked for, removed photos must not be remembered, and error pages are rare.
MEANT = "host_spoofing,worker_rlimit_nofile_vs_connections,try_files_is_evil_too"


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in command], cwd=REPOSITORY, capture_output=True, text=True, timeout=60)


def has_compose() -> bool:
    return shutil.which("docker") is not None and run("docker", "compose", "version").returncode == 0


def test_the_linter_finds_nothing_wrong_with_the_dockerfile() -> None:
    ran = run("hadolint", DOCKERFILE)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_the_linter_would_find_something(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE.read_text() + "\nRUN cd /tmp && sudo true\n")
    assert run("hadolint", tmp_path / "Dockerfile").returncode == 1


def test_the_image_is_labelled_with_the_version_that_this_is() -> None:
    assert f"ARG SALON_VERSION={__version__}\n" in DOCKERFILE.read_text()


def test_compose_yaml_keeps_to_the_specification(tmp_path: Path) -> None:
    ran = run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)
    assert ran.returncode == 0, ran.stdout
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(COMPOSE.read_text().replace("read_only: true", "readonly: true", 1))
    assert run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", wrong).returncode == 1


@pytest.mark.skipif(not has_compose(), reason="Docker Compose is not installed; `make test-stack` runs compose.yaml for real")
def test_compose_reads_the_file() -> None:
    ran = run("docker", "compose", "--file", COMPOSE, "config", "--quiet")
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.skipif(find_nginx() is None, reason="nginx is not installed")
def test_the_linter_finds_nothing_wrong_with_nginx(tmp_path: Path) -> None:
    environment = {"SALON_NGINX_DIR": str(tmp_path), "PATH": f"{os.environ['PATH']}:/usr/sbin"}
    subprocess.run([CONFIG / "start", "-t"], env=environment, check=True, capture_output=True)
    laid_out = tmp_path / "conf" / "nginx.conf"
    ran = run("gixy", "--skips", MEANT, laid_out)
    assert ran.returncode == 0, ran.stdout
    laid_out.write_text(laid_out.read_text().replace("server_name _;", "server_name _;\nrewrite ^ http://$host$uri;"))
    assert "http_splitting" in run("gixy", "--skips", MEANT, laid_out).stdout  # or it had not read the file


def test_no_image_is_taken_as_it_comes() -> None:
    """Each public image is pinned to a series at least."""
    named = re.findall(r"^\s+image: (?!\$)(\S+)$|^FROM (\S+:\S+|\S+/\S+)", COMPOSE.read_text() + DOCKERFILE.read_text(), re.MULTILINE)
    images = [one or other for one, other in named]
    assert {"postgres:17", "redis:8", "nginx:1.26", "node:24-slim", "python:3.13-slim"} <= set(images)
    assert [image for image in images if not re.search(r":v?\d", image)] == []


def test_nothing_secret_or_built_goes_into_the_image() -> None:
    lines = (REPOSITORY / ".dockerignore").read_text().splitlines()
    allowed = [line for line in lines if line.startswith("!")]
    assert lines[1] == "*"
    assert [line for line in allowed if re.search(r"env|var|tests|docs|\.git|node_modules", line)] == []


def test_production_as_the_stack_runs_it_passes_all_of_djangos_checks(tmp_path: Path) -> None:
    production = {
        "SALON_ENV": "production",
        "SALON_HOST": "0.0.0.0",
        "SALON_DATA_DIR": str(tmp_path),
        "SALON_URL": "https://photos.example.org",
    }
    ran = manage("check", "--deploy", "--fail-level", "WARNING", **production)
    assert ran.returncode == 0, ran.stderr
    assert "no issues" in ran.stdout
    nameless = manage("check", "--deploy", "--fail-level", "WARNING", **production | {"SALON_URL": ""})
    assert (nameless.returncode, "salon.W002" in nameless.stderr) == (1, True)

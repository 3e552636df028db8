"""A pytest plugin that gives every run its own PostgreSQL and Redis, or its own SQLite and memory.

They are real programs on free ports of 127.0.0.1, in a temporary folder, started before Django reads its settings and ended by
their process ids. The database is migrated once and thrown away; tests make their own people and rooms in it.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PATIENCE_SECONDS = 30
FOLDER = Path(tempfile.mkdtemp(prefix="salon-tests-"))
processes: list[subprocess.Popen[bytes]] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--on", choices=["postgres", "sqlite"], default=None, help="PostgreSQL and Redis, or SQLite and memory")
    parser.addoption("--served-by", choices=["daphne", "uvicorn"], default="daphne", help="our own Daphne, or another ASGI server")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    backend = early_config.known_args_namespace.on or ("postgres" if find_program("initdb") and find_program("redis-server") else "sqlite")
    for name in [name for name in os.environ if name.startswith("SALON_") or name in ("DATABASE_URL", "REDIS_URL")]:
        del os.environ[name]  # the shell's settings are not the tests' business
    FOLDER.chmod(0o755)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "salon.settings",
        "SALON_DATA_DIR": str(FOLDER / "data"),
        "TESTS_ON": backend,
        "TESTS_SERVED_BY": early_config.known_args_namespace.served_by,
    }
    if backend == "postgres":
        os.environ |= {"DATABASE_URL": start_postgres(), "REDIS_URL": start_redis()}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def pytest_report_header() -> str:
    return f"database and layer: {os.environ.get('DATABASE_URL', 'SQLite')}, {os.environ.get('REDIS_URL', 'memory')}"


def pytest_unconfigure() -> None:
    from django.db import connections

    for connection in connections.all():
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
    for process in reversed(processes):
        process.send_signal(signal.SIGINT)  # to PostgreSQL "do not wait for clients"; to Redis the same as SIGTERM
        process.wait(PATIENCE_SECONDS)
    shutil.rmtree(FOLDER, ignore_errors=True)


def find_program(name: str) -> str | None:
    """On the path, or where Debian keeps PostgreSQL's own programs."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(debian[-1]) if debian else None)


def program(name: str) -> str:
    found = find_program(name)
    if found is None:
        raise pytest.UsageError(f"{name} is not installed, and these tests need it. `make test` installs it on Debian.")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(what: str, ready: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Ask again and again until it is so."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.02)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start(log_name: str, command: list[str], **options: Any) -> None:
    with (FOLDER / log_name).open("wb") as log:
        processes.append(subprocess.Popen(command, stdout=log, stderr=log, **options))


def start_postgres() -> str:
    folder, port = FOLDER / "postgres", free_port()
    folder.mkdir()
    user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name  # it refuses to run as root
    if os.getuid() == 0:
        shutil.chown(folder, user)
    as_user: dict[str, Any] = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
    subprocess.run(
        [program("initdb"), "-D", str(folder), "-U", "salon", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True, stdout=subprocess.DEVNULL, cwd="/", **as_user,
    )  # fmt: skip
    options = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
    command = [program("postgres"), "-D", str(folder), "-p", str(port), *options]
    start("postgres.log", command, cwd="/", **as_user)
    url = f"postgresql://salon@127.0.0.1:{port}/postgres"
    import psycopg

    def accepts() -> bool:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            return False
        return True

    wait_until("PostgreSQL accepts connections", accepts)
    return url


def start_redis() -> str:
    port = free_port()
    options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(FOLDER)]
    start("redis.log", [program("redis-server"), "--port", str(port), *options])
    wait_until("Redis answers", lambda: answers(port))
    return f"redis://127.0.0.1:{port}/0"

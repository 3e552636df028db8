"""The short form of `make test-chaos`: the same people, programs and faults, for as long as a test may take."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server import REPOSITORY, inherited

SECONDS = 6
SEED = 3  # one of many; `make test-chaos` takes a new one each time
PATIENCE_SECONDS = 110


@pytest.mark.once
@pytest.mark.skipif(os.environ.get("TESTS_ON") != "postgres", reason="two servers need PostgreSQL and Redis")
def test_whatever_fails_every_screen_ends_equal_to_its_room(tmp_path: Path) -> None:
    record = tmp_path / "record.txt"
    options = {
        "seconds": SECONDS,
        "seed": SEED,
        "check-seconds": 1,
        "quiet-seconds": 30,
        "record": record,
        "cluster": os.environ["DATABASE_URL"],
    }
    # In a process of its own: it has its own database in this run's cluster, and Django knows but one.
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos", *(f"--{name}={value}" for name, value in options.items())],
        cwd=REPOSITORY,
        env=inherited(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said, _ = running.communicate(timeout=PATIENCE_SECONDS)
    finally:
        if running.poll() is None:
            running.send_signal(signal.SIGTERM)  # it ends the programs it started
            running.wait(PATIENCE_SECONDS)
    assert running.returncode == 0, said

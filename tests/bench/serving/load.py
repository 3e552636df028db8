"""wrk, the load generator, and what it says."""

import re
import shutil
import subprocess
from dataclasses import dataclass

from tests.bench.live import machine

LINES = 16  # connections, of which a browser has six
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


class BrokenError(Exception):
    """Something did not answer as it should, so that its figures mean nothing."""


@dataclass(frozen=True)
class Load:
    """`cpu_us` is processor time of the servers for one request, in microseconds; latencies are in milliseconds."""

    per_second: float
    cpu_us: float
    p50: float
    p99: float


def missing() -> str | None:
    return None if shutil.which("wrk") else "wrk is not installed; tests/programs installs it on Debian"


def run(address: str, cookie: str, pids: list[int], seconds: float, cores: set[int], lines: int = LINES) -> Load:
    """As many requests as these lines can take, one after the other on each."""
    command = ["wrk", "-t1", f"-c{lines}", f"-d{seconds:g}s", "--timeout", "20s", "--latency", "-H", f"Cookie: {cookie}", address]
    before = cpu(pids)
    with machine.on(cores):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return read(done.stdout, cpu(pids) - before)


def cpu(pids: list[int]) -> float:
    return sum(machine.cpu_seconds(pid) for pid in pids)


def read(text: str, cpu_seconds: float) -> Load:
    if "Non-2xx" in text or "Socket errors" in text:
        raise BrokenError(f"not every request was answered with a picture:\n{text}")
    number, seconds = re.search(r"(\d+) requests in ([\d.]+)s", text), re.search(r"Requests/sec: +([\d.]+)", text)
    if number is None or seconds is None or int(number[1]) == 0:
        raise BrokenError(f"nothing was answered:\n{text}")
    return Load(float(seconds[1]), cpu_seconds / int(number[1]) * 1e6, share(text, 50), share(text, 99))


def share(text: str, percent: int) -> float:
    found = re.search(rf" {percent}% +([\d.]+)(us|ms|s|m)\b", text)
    if found is None:
        raise BrokenError(f"no latency in:\n{text}")
    return float(found[1]) * UNITS[found[2]]

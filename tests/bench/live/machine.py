"""The machine: which core works for whom, and what a process has used of it."""

import os
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

STOP_SECONDS = 12
FILES = 16_000  # sockets at both ends, with room to spare


class Cores:
    """One core for the server under test, another for the load and the services. On a single core they share it."""

    def __init__(self) -> None:
        self.all = sorted(os.sched_getaffinity(0))
        self.server = {self.all[0]}
        self.load = {self.all[1 % len(self.all)]}

    def __str__(self) -> str:
        if len(self.all) == 1:
            return "server and load share the only core, so their figures disturb each other"
        return f"server on core {min(self.server)}, load, publisher and services on core {min(self.load)}, of {len(self.all)}"


@contextmanager
def on(cores: set[int]) -> Iterator[None]:
    """What is started meanwhile runs on these cores, and so do its own children."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def allow_many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def start(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, start_new_session=True, **options)  # so that Ctrl-C reaches us alone, and we stop them


def stop(process: subprocess.Popen[Any], how: signal.Signals = signal.SIGTERM) -> None:
    """End a process that we started, politely first, and then what it started and left behind."""
    children = family(process.pid)[1:] if process.poll() is None else []
    process.send_signal(how)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)


def stop_the_rest() -> None:
    """End what we were starting when we were interrupted, and so have no handle of."""
    for pid in family(os.getpid())[1:]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def family(pid: int) -> list[int]:
    """The process, its children and theirs."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            with suppress(OSError):
                found += [int(child) for child in task.read_text().split()]
    return found


def cpu_seconds(pid: int) -> float:
    """What the process and its children have used so far.

    From the kernel's clock of each process: /proc/PID/stat tells the same sum in steps of 10 ms, too coarse for a server that
    needs 30 ms for a whole measurement.
    """
    total = 0
    for member in family(pid):
        with suppress(OSError):
            total += time.clock_gettime_ns((~member << 3) | 2)  # the kernel's number for "CPU time of process `member`"
    return total / 1e9


def memory_kib(pid: int) -> int:
    """Memory in use by the process and its children."""
    total = 0
    for member in family(pid):
        with suppress(OSError):
            lines = Path(f"/proc/{member}/status").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return total

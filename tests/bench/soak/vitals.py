"""What a process holds, as the kernel tells it."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ESTABLISHED_OR_LEFT = ("01", "08")  # also sockets whose peer is gone and that were never closed


@dataclass(frozen=True)
class Vitals:
    at: float  # seconds since the start
    rss: float  # MiB
    clients: int  # descriptors of sockets that came in
    files: int  # all other descriptors
    threads: int


def look(pid: int, port: int, at: float) -> Vitals:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    incoming = inodes_of(port)
    clients = files = 0
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # closed since it was listed
            target = str(entry.readlink())
            clients += target in incoming
            files += target not in incoming
    return Vitals(at, int(status["VmRSS"].split()[0]) / 1024, clients, files, int(status["Threads"]))


def inodes_of(port: int) -> set[str]:
    """The links under /proc/PID/fd that are connections to this port."""
    ending = f":{port:04X}"
    found = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(ending) and fields[3] in ESTABLISHED_OR_LEFT:
            found.add(f"socket:[{fields[9]}]")
    return found

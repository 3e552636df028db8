"""A contestant's side of the talk: a line with a request comes in, a line with the answer goes out. Both are JSON.

Requests are {"path", "format", "show"?} and {"weigh": true}. Nothing here imports what is measured.
"""

import json
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Part = Callable[[Path, str], Mapping[str, bytes]]  # path, format -> pictures by the name of their size


def resident(field: str) -> int:
    """KiB in memory: VmRSS now, VmHWM at most so far. Not `ru_maxrss`, which begins with what the parent had when it started us."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


class Meter:
    """What this process uses. It is made when all is imported and nothing is decoded."""

    def __init__(self) -> None:
        self.base = resident("VmRSS")

    def cpu_seconds(self) -> float:
        return time.process_time()

    def memory(self) -> dict[str, int]:
        """KiB: of the program itself, and the most it ever had."""
        return {"base": self.base, "peak": resident("VmHWM")}


def take_turns(parts: Mapping[str, Part], meter: Meter) -> None:
    for line in sys.stdin:
        request = json.loads(line)
        answer = meter.memory() if request.get("weigh") else turn(parts, meter, request)
        print(json.dumps(answer), flush=True)


def turn(parts: Mapping[str, Part], meter: Meter, request: Mapping[str, Any]) -> dict[str, Any]:
    path, pictures = Path(request["path"]), dict[str, bytes]()
    times, work = dict[str, float](), dict[str, float]()
    for name, part in parts.items():
        begin, worked = time.perf_counter(), meter.cpu_seconds()
        pictures |= part(path, request["format"])
        times[name], work[name] = (time.perf_counter() - begin) * 1000, (meter.cpu_seconds() - worked) * 1000
    answer: dict[str, Any] = {"ms": times, "cpu": work, "bytes": {name: len(content) for name, content in pictures.items()}}
    if request.get("show"):
        answer["pictures"] = {name: b64encode(content).decode() for name, content in pictures.items()}
    return answer

"""A member who uses the room while others fill it: a request every 50 ms, the room and its newest photos in turn.

It is a process of its own, so that nothing but the server makes it wait. A slow answer does not hold up the next request, and times
count from when a request was due: a server that hangs for a second keeps many waiting, not one. With eight waiting none is added.
"""

import http.client
import json
import queue
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from itertools import count
from typing import Any

from tests.bench.live import machine
from tests.bench.photos.served.member import PATIENCE_SECONDS, Member
from tests.server import REPOSITORY

INTERVAL_SECONDS = 0.05
LINES = 8


class Caller:
    """The benchmark's side: started, and asked for what was seen when it is over."""

    def __init__(self, member: Member) -> None:
        command = [sys.executable, "-c", "from tests.bench.photos.served import caller; caller.main()", json.dumps(asdict(member))]
        pipe = subprocess.PIPE
        self.process = machine.start(command, cwd=REPOSITORY, stdin=pipe, stdout=pipe)

    def stop(self) -> dict[str, Any]:
        """`ms` of each answer, how many requests were `left_out`, and the `failures`."""
        said, _ = self.process.communicate(timeout=2 * PATIENCE_SECONDS)
        found: dict[str, Any] = json.loads(said)
        return found


class Calls:
    def __init__(self, member: Member) -> None:
        self.member = member
        self.addresses = (f"/api/v1/rooms/{member.room}", f"/api/v1/rooms/{member.room}/photos")
        self.start, self.over = time.monotonic(), threading.Event()
        self.due: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self.idle = threading.Semaphore(LINES)
        self.ms: list[float] = []
        self.left_out = 0
        self.failures: list[str] = []

    def run(self) -> None:
        threads = [threading.Thread(target=self.call) for _ in range(LINES)]
        for thread in threads:
            thread.start()
        for number in count():
            if self.over.wait(max(0.0, self.start + number * INTERVAL_SECONDS - time.monotonic())):
                break
            if self.idle.acquire(blocking=False):
                self.due.put(number)
            else:
                self.left_out += 1
        for _ in threads:
            self.due.put(None)
        for thread in threads:
            thread.join()

    def call(self) -> None:
        line = self.member.line()
        while (number := self.due.get()) is not None:
            try:
                line.request("GET", self.addresses[number % len(self.addresses)], headers=self.member.bearer)
                answer = line.getresponse()
                answer.read()
                self.ms.append((time.monotonic() - self.start - number * INTERVAL_SECONDS) * 1000)
                if answer.status != 200:
                    self.failures.append(f"a request was answered with {answer.status}")
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(f"a request was not answered: {error!r}")
                line.close()
            self.idle.release()
        line.close()


def main() -> None:
    calls = Calls(Member(**json.loads(sys.argv[1])))
    calling = threading.Thread(target=calls.run)
    calling.start()
    sys.stdin.read()
    calls.over.set()
    calling.join()
    print(json.dumps({"ms": calls.ms, "left_out": calls.left_out, "failures": calls.failures}))

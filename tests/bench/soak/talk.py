"""Steady change: owners rename their rooms, and in the last one they write as much as a description holds."""

import threading
import time
from itertools import count

import httpx

EVENTS_PER_SECOND = 3.0  # in all rooms but the last together
FLOOD_PER_SECOND = 5.0  # in the room of those who stall, so that a server's patience with them ends while we look
FLOOD = "😀" * 490


class Talk:
    def __init__(self, url: str, rooms: list[str], tokens: list[str]) -> None:
        self.url, self.rooms, self.tokens = url, rooms, tokens
        self.stopping = threading.Event()
        self.newest = dict.fromkeys(range(len(rooms)), 0)
        self.failures: list[str] = []
        everywhere, flooded = range(len(rooms) - 1), range(len(rooms) - 1, len(rooms))
        self.threads = [
            threading.Thread(target=self.talk, args=(EVENTS_PER_SECOND, everywhere, "")),
            threading.Thread(target=self.talk, args=(FLOOD_PER_SECOND, flooded, FLOOD)),
        ]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def talk(self, per_second: float, rooms: range, words: str) -> None:
        start = time.monotonic()
        with httpx.Client(timeout=30, trust_env=False) as client:
            for number in count():
                if self.stopping.wait(max(0.0, start + number / per_second - time.monotonic())):
                    return
                room = rooms[number % len(rooms)]
                answer = client.patch(
                    f"{self.url}/api/v1/rooms/{self.rooms[room]}",
                    headers={"Authorization": f"Bearer {self.tokens[room]}"},
                    json={"name": f"Name {number}", "description": words},
                )
                if answer.status_code == 200:
                    self.newest[room] = answer.json()["seq"]
                else:
                    self.failures.append(f"a change was answered with {answer.status_code}: {answer.text[:200]}")

"""What is measured of the server: one photo at a time, a stream of them, and a thousand at once."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.photos import corpus
from tests.bench.photos.corpus import KINDS, SNAPSHOTS
from tests.bench.photos.served.caller import LINES, Caller
from tests.bench.photos.served.found import ANSWER, Found
from tests.bench.photos.served.house import House
from tests.bench.photos.served.sender import Sent, send_all
from tests.bench.photos.served.watcher import Watcher
from tests.services import wait_until

PHONE = "jpeg-12"
SETTLING_SECONDS = 60  # for the last photo to be ready


@dataclass(frozen=True)
class Plan:
    alone: int  # photos, one after the other
    stream: int  # photos by one person
    dropped: int  # photos by five people


FULL = Plan(alone=20, stream=60, dropped=1000)
QUICK = Plan(alone=2, stream=3, dropped=12)


def run_all(found: Found, house: House, plan: Plan, end: float) -> None:
    """`end` is the `time.monotonic` by which nobody begins another photo, so that the rest can still be made."""
    for measure in (alone, stream, drop):
        start = time.monotonic()
        measure(found, house, plan, end)
        print(f"{measure.__doc__} {time.monotonic() - start:.0f} s", flush=True)


def alone(found: Found, house: House, plan: Plan, end: float) -> None:
    """Each photo when the one before is ready: what a person with one photo sees."""
    copies = corpus.numbered(corpus.path_of(KINDS[PHONE]).read_bytes())
    sent = Sent()
    with Watcher(house.watcher) as watcher:
        for photo in itertools.islice(copies, plan.alone + 1):
            one = send_all(house.senders[:1], iter([photo]), lambda: True, at_a_time=1)
            sent.last_byte |= one.last_byte
            sent.failures += one.failures
            settle(found, watcher, sent)
        sent.last_byte.pop(next(iter(sent.last_byte), ""), None)  # the first one starts the fork server
    tell(found, "one 12 MP photo at a time", sent, watcher)


def stream(found: Found, house: House, plan: Plan, end: float) -> None:
    """One person adds many photos of 12 megapixels, as the browser does."""
    copies = itertools.islice(corpus.numbered(corpus.path_of(KINDS[PHONE]).read_bytes(), after=plan.alone + 1), plan.stream)
    run(found, house, f"{plan.stream} photos of 12 MP by one person", copies, 1, end)


def drop(found: Found, house: House, plan: Plan, end: float) -> None:
    """Five people drop a thousand photos, and somebody else goes on using the room."""
    series = [corpus.numbered(corpus.path_of(kind).read_bytes()) for kind in SNAPSHOTS]
    copies = itertools.islice((next(photos) for photos in itertools.cycle(series)), plan.dropped)
    title = f"{plan.dropped} photos of 2.4 MP by {len(house.senders)} people at once"
    caller = Caller(house.caller)
    try:
        run(found, house, title, copies, len(house.senders), end)
    finally:
        seen = caller.stop()
    found.failures += seen["failures"]
    found.add(f"{title}: requests of another member meanwhile", len(seen["ms"]), "requests")
    found.add(f"{title}: requests left out, because {LINES} were waiting", seen["left_out"], "requests")
    found.add_times(f"{title}: {ANSWER}", seen["ms"], 0.5, 0.95, 0.99)


def run(found: Found, house: House, title: str, photos: Iterator[bytes], people: int, end: float) -> None:
    with Watcher(house.watcher) as watcher:
        start, worked = time.monotonic(), house.cpu_seconds()
        sent = send_all(house.senders[:people], photos, lambda: time.monotonic() < end)
        accepted = time.monotonic()
        settle(found, watcher, sent)
        done, worked = max([start, *watcher.ready.values()]), house.cpu_seconds() - worked
    photos_sent = len(sent.last_byte)
    found.add(f"{title}: sent", photos_sent, "photos")
    found.add(f"{title}: taken in", 60 * photos_sent / (accepted - start), "photos/min")
    found.add(f"{title}: ready", 60 * len(watcher.ready) / max(done - start, 0.001), "photos/min")
    found.add(f"{title}: CPU of the server and its children for a photo", 1000 * worked / max(photos_sent, 1), "ms")
    tell(found, title, sent, watcher)


def settle(found: Found, watcher: Watcher, sent: Sent) -> None:
    def everything() -> bool:
        return watcher.failures != [] or all(photo in watcher.ready and photo in watcher.tile for photo in list(sent.last_byte))

    try:
        wait_until("all photos are ready", everything, SETTLING_SECONDS)
    except AssertionError as error:
        found.failures.append(str(error))


def tell(found: Found, title: str, sent: Sent, watcher: Watcher) -> None:
    for what, times in (("sharp tile", watcher.tile), ("ready", watcher.ready)):
        waits = [(times[photo] - left) * 1000 for photo, left in sent.last_byte.items() if photo in times]
        found.add_times(f"{title}: last byte to {what}", waits, 0.5, 0.95)
    found.failures += sent.failures + watcher.failures

"""The ways in which a peer is loaded. Each returns what it saw; none of them waits for anything but the peer."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched
from statistics import quantiles

from tests.bench.live import machine
from tests.bench.live.crowd import BrokenError, Crowd
from tests.bench.live.feed import Feed

QUIET = 0.05  # of a core; below it a server is at rest
WINDOWS = (4, 32, 256)
WAVES = 2  # full windows that a measurement covers at least,
LONGER = 5  # unless that takes so many times as long as planned
FEW = 8  # events in flight; with more of them the load rests between reads
PAUSE_SECONDS = 0.002  # one read then takes several events, and the load's core has time to spare


@dataclass(frozen=True)
class Subject:
    """A running server, the sockets open on it, and its publisher."""

    pid: int
    crowd: Crowd
    feed: Feed


@dataclass(frozen=True)
class Throughput:
    rate: float  # deliveries a second
    cpu: float  # server's CPU seconds in 100 000 deliveries
    load: float  # share of its core that the load generator used
    window: int  # events in flight


@dataclass(frozen=True)
class Latency:
    p50: float  # milliseconds
    p99: float
    cpu: float


def settle(pid: int, patience_seconds: float = 10) -> None:
    """Wait until the server has done what opening or closing sockets left it to do."""
    end = time.monotonic() + patience_seconds
    while time.monotonic() < end:
        before, start = machine.cpu_seconds(pid), time.monotonic()
        time.sleep(0.15)
        if machine.cpu_seconds(pid) - before < QUIET * (time.monotonic() - start):
            return


def expect_all(missing: int) -> None:
    if missing:
        raise BrokenError(f"{missing} deliveries never came")


def verify(subject: Subject, events: int) -> None:
    """Every socket gets every event, once and in order. Raises BrokenError where that is not so."""
    crowd, feed = subject.crowd, subject.feed
    first = feed.numbers[0]
    crowd.log = []
    owed = events * len(crowd)
    for _ in range(events):  # some alone, some close together
        feed.publish([0])
        owed -= crowd.drain(0.002)
    missing = crowd.wait_for(owed)
    received: dict[int, list[int]] = {number: [] for number in crowd.counts}
    for socket, number, _, _ in crowd.stamps():
        received[socket].append(number)
    crowd.log = None
    expect_all(missing)
    wrong = [numbers for numbers in received.values() if numbers != list(range(first, first + events))]
    if wrong:
        raise BrokenError(f"{len(wrong)} of {len(received)} sockets got other events than {events} from {first} on, one of them {wrong[0]}")


def saturate(subject: Subject, window: int, seconds: float, warm_up: float) -> Throughput:
    """As many events as the server delivers, with no more than `window` of them in flight.

    A server that is slow and works in waves is given more time, so that several waves are counted.
    """
    crowd, feed, sockets = subject.crowd, subject.feed, len(subject.crowd)
    crowd.count_anew()
    start, enough, owed, delivered = time.monotonic() + warm_up, WAVES * window * sockets, 0, 0
    origin: tuple[float, float, float, int] | None = None
    while True:
        now = time.monotonic()
        if origin is None and now >= start:
            origin = (now, machine.cpu_seconds(subject.pid), time.process_time(), delivered)
        if origin is not None and now >= start + seconds and (delivered - origin[3] >= enough or now >= start + LONGER * seconds):
            break
        more = window - math.ceil(owed / sockets)
        if more * 2 >= window:
            feed.publish([0] * more)
            owed += more * sockets
        if window > FEW:
            time.sleep(PAUSE_SECONDS)
        got = crowd.drain(1)
        owed -= got
        delivered += got
    began, cpu, own, before = origin
    took, cpu, own, count = now - began, machine.cpu_seconds(subject.pid) - cpu, time.process_time() - own, delivered - before
    expect_all(crowd.wait_for(owed))
    expect_even(crowd)
    return Throughput(rate=count / took, cpu=cpu / max(count, 1) * 100_000, load=own / took, window=window)


def expect_even(crowd: Crowd) -> None:
    if len(set(crowd.counts.values())) > 1:
        raise BrokenError(f"some sockets got {max(crowd.counts.values())} events and some {min(crowd.counts.values())}")


def try_windows(subject: Subject, widest: int, seconds: float) -> list[Throughput]:
    """What the server delivers with so many events in flight, and so many more.

    No window that it would need a second for: beyond that only the queue grows.
    """
    tried: list[Throughput] = []
    for window in WINDOWS:
        most = max((seen.rate for seen in tried), default=math.inf)
        if window <= widest and window * len(subject.crowd) < most:
            tried.append(saturate(subject, window, seconds, seconds / 4))
    return tried


def pace(subject: Subject, rate: float, seconds: float) -> Latency:
    """So many deliveries a second, evenly, and how long each took from before its publication until its bytes were read."""
    crowd, feed = subject.crowd, subject.feed
    interval = len(crowd) / rate
    events = max(2, round(seconds / interval))
    crowd.log = []
    owed = 0
    cpu, due = machine.cpu_seconds(subject.pid), time.monotonic()
    for _ in range(events):
        feed.publish([0])
        owed += len(crowd)
        due += interval
        while (left := due - time.monotonic()) > 0:
            owed -= crowd.drain(left)
    missing = crowd.wait_for(owed)
    cpu = machine.cpu_seconds(subject.pid) - cpu
    took = [(arrival - stamp) / 1e6 for _, _, stamp, arrival in crowd.stamps()]
    crowd.log = None
    expect_all(missing)
    percentiles = quantiles(took, n=100)
    return Latency(p50=percentiles[49], p99=percentiles[98], cpu=cpu / (events * len(crowd)) * 100_000)


def burst(subject: Subject, rooms: Sequence[int], each: int, at_once: int) -> float:
    """An event in each of these rooms of so many sockets, published in pieces that follow one another without a rest.

    Returns the server's CPU seconds in 100 000 deliveries.
    """
    crowd = subject.crowd
    owed, cpu = 0, machine.cpu_seconds(subject.pid)
    for some in batched(rooms, at_once):
        while owed > (at_once - 1) * each:  # with one at a time: until all have it
            owed -= crowd.drain(1)
        subject.feed.publish(some)
        owed += len(some) * each
    expect_all(crowd.wait_for(owed))
    return (machine.cpu_seconds(subject.pid) - cpu) / (len(rooms) * each) * 100_000

"""What each process counts of itself. `metrics.py` shows it; docs/operations.md explains each of them."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

registry = CollectorRegistry()
ProcessCollector(registry=registry)  # memory, processor time and open files of the process that answers

REQUESTS = Histogram(
    "salon_request_seconds",
    "Requests, and how long their answers took.",
    ["method", "route", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
    registry=registry,
)
SOCKETS = Gauge("salon_sockets", "Open sockets in rooms.", registry=registry)
EVENTS = Counter("salon_events_delivered", "Events sent to sockets, each counted once for each socket.", registry=registry)
FRAMES = Counter("salon_frames", "Frames sent to sockets.", registry=registry)
LAG = Histogram(
    "salon_delivery_lag_seconds",
    "From the commit of an event until it was sent to the sockets of this process.",
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60),
    registry=registry,
)
INGEST = Histogram(
    "salon_ingest_seconds",
    "Inspecting an upload, or making the large picture of a photo.",
    ["step", "format", "outcome"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60),
    registry=registry,
)
TASKS = Gauge("salon_loop_tasks", "Tasks of the event loop.", registry=registry)


def watch_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Count the tasks of this loop."""
    TASKS.set_function(lambda: len(asyncio.all_tasks(loop)))


@contextmanager
def ingest(step: str, format: str) -> Iterator[None]:
    """Measure the block; its outcome is `ok`, the short word of the error that ended it, or `failed`."""
    began, outcome = time.perf_counter(), "ok"
    try:
        yield
    except Exception as error:
        outcome = str(getattr(error, "reason", None) or getattr(error, "code", None) or "failed")
        raise
    finally:
        INGEST.labels(step, format, outcome).observe(time.perf_counter() - began)

"""Decoding happens in a child process that can be killed, and whose memory goes back to the system when it ends.

A fork server, because Salon has threads and must not fork itself. It starts with the first picture, holds the decoders ready, so that
a child starts in some 10 ms, and ends when Salon ends, however that happens.
"""

import json
import multiprocessing
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import send_handle
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from django.conf import settings

from rooms.ingest import child
from rooms.ingest.child import Limits, Work

# Memory is counted as address space. Measured peaks at 100 megapixels: lossless WebP 1.7 GB, PNG with alpha 1.5, 16-bit PNG and AVIF 1.1,
# HEIC 0.9, JPEG 0.5. Together with the program and a few copies of a 50 MB file this makes about 2 GiB.
BYTES_PER_PIXEL = 18
COPIES_OF_FILE = 4
PROGRAM_BYTES = 256 * 1024**2
LARGEST_ANSWER = 32 * 1024**2  # bytes; the largest animation takes half of that
# Times the limit, by the clock: a decode gives way to everything else on the machine (NICENESS), and may hang without working.
PATIENCE = 3
LAST_BREATH_SECONDS = 1  # between the end of its line and its own

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["rooms.ingest.nursery"])
# `Process.start` also polls all other processes, and one that another thread closes meanwhile would have it read a file
# descriptor that belongs to something else by then.
PROCESSES = threading.Lock()


class DecodeError(Exception):
    """No result. The reason is "pixels" (too many), "kind" (not one Salon shows), "damage" (as the decoder says), "work" (too much, or
    it crashed) or "machine" (somebody else killed it: a system that was short of memory)."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        super().__init__(f"{reason}: {detail}")


def limits(seconds: int) -> Limits:
    memory = PROGRAM_BYTES + BYTES_PER_PIXEL * settings.MAX_PIXELS + COPIES_OF_FILE * settings.MAX_UPLOAD_BYTES
    return Limits(seconds, memory, settings.MAX_PIXELS)


def run(work: Work, file: BinaryIO, *arguments: Any, limits: Limits) -> Any:
    """What `work(file, *arguments)` returns, as JSON says it. Raises DecodeError, at the latest when the time is over."""
    with on_disk(file) as original, started(work, arguments, limits) as (process, connection, late):
        try:
            send_handle(connection, original.fileno(), process.pid or 0)
            # JSON, never pickle: a child that was taken over must not be able to run code here.
            answer = json.loads(connection.recv_bytes(LARGEST_ANSWER))
        except (OSError, EOFError, ValueError) as error:  # it died, was killed, or talks nonsense
            raise DecodeError("machine" if was_shot(process) and not late.is_set() else "work", type(error).__name__) from None
    if "result" not in answer:
        raise DecodeError(answer["reason"], answer.get("detail", ""))
    return answer["result"]


@contextmanager
def started(work: Work, arguments: tuple[Any, ...], limits: Limits) -> Iterator[tuple[BaseProcess, Connection, threading.Event]]:
    """The event is set when we kill it ourselves because it takes too long."""
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=child.main, args=(theirs, work, arguments, limits))
    with ours:
        with theirs, PROCESSES:
            process.start()
        late = threading.Event()

        def kill() -> None:
            late.set()
            process.kill()

        killer = threading.Timer(limits.seconds * PATIENCE, kill)
        killer.start()
        try:
            yield process, ours, late
        finally:
            killer.cancel()
            killer.join()
            end(process)


def was_shot(process: BaseProcess) -> bool:
    with PROCESSES:
        process.join(LAST_BREATH_SECONDS)
    return process.exitcode == -signal.SIGKILL


def end(process: BaseProcess) -> None:
    with PROCESSES:
        process.kill()
        process.join()
        process.close()


@contextmanager
def on_disk(file: BinaryIO) -> Iterator[BinaryIO]:
    """The file, or a nameless copy of one that is only in memory: a child is handed a file descriptor."""
    if has_descriptor(file):
        file.flush()
        yield file
        return
    with TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy:
        file.seek(0)
        shutil.copyfileobj(file, copy)
        file.seek(0)
        copy.flush()
        yield copy


def has_descriptor(file: BinaryIO) -> bool:
    try:
        return file.fileno() >= 0
    except (OSError, AttributeError):
        return False

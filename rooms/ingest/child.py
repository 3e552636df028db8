"""What runs in a child process: limits first, then one piece of work on one hostile file, then one answer.

It imports no Django: the child starts faster, and its settings are no business of a decoder that may have been taken over.
"""

import fcntl
import json
import mmap
import os
import resource
import signal
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from pathlib import Path
from typing import Any, BinaryIO, cast

import pillow_heif
from PIL import AvifImagePlugin, Image

from rooms.ingest.opening import KindError

Work = Callable[..., Any]  # work(file, *arguments) -> what JSON can say
NICENESS = 5  # a third of the web server's share where both want the processor, and still enough to get through
THREADS = 2  # of a decoder; by default one for each processor, and the stacks alone would fill the memory limit of a big server


@dataclass(frozen=True)
class Limits:
    """What one piece of work may take. Bytes of memory are of address space, which includes the program itself."""

    seconds: int  # of the processor
    memory: int
    pixels: int


def main(connection: Connection, work: Work, arguments: tuple[Any, ...], limits: Limits) -> None:
    handle = recv_handle(connection)
    os.nice(NICENESS)
    set_limits(limits)
    die_with(connection)
    answer = attempt(work, handle, arguments)
    set_async(connection, on=False)  # or the parent's reading would end us, too
    connection.send_bytes(json.dumps(answer).encode())


def set_limits(limits: Limits) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    lower(resource.RLIMIT_CORE, 0)  # a core would hold somebody's photo
    lower(resource.RLIMIT_CPU, limits.seconds, spare=1)  # at the first limit it ends by SIGXCPU, which tells it from what others kill
    if sys.platform == "linux":  # macOS refuses this one
        lower(resource.RLIMIT_AS, limits.memory)
        Path("/proc/self/oom_score_adj").write_text("1000")  # when the machine runs out of memory, this goes and not the server
    AvifImagePlugin.DEFAULT_MAX_THREADS = pillow_heif.options.DECODE_THREADS = THREADS
    # Pillow warns at this limit and raises at twice that; `look` asks first, and this stays for frames inside frames.
    Image.MAX_IMAGE_PIXELS = limits.pixels
    warnings.simplefilter("ignore")


def lower(kind: int, value: int, spare: int = 0) -> None:
    hard = resource.getrlimit(kind)[1]
    soft, new = (value, value + spare) if hard == resource.RLIM_INFINITY else (min(value, hard), min(value + spare, hard))
    resource.setrlimit(kind, (soft, new))


def die_with(connection: Connection) -> None:
    """Have the kernel end this process with SIGIO as soon as the parent's end closes, whatever C code is running by then."""
    fcntl.fcntl(connection, fcntl.F_SETOWN, os.getpid())
    set_async(connection, on=True)
    if connection.poll(0):  # it closed before we asked
        sys.exit()


def set_async(connection: Connection, *, on: bool) -> None:
    flags = fcntl.fcntl(connection, fcntl.F_GETFL)
    fcntl.fcntl(connection, fcntl.F_SETFL, flags | os.O_ASYNC if on else flags & ~os.O_ASYNC)


def attempt(work: Work, handle: int, arguments: tuple[Any, ...]) -> dict[str, Any]:
    try:
        # Mapped, not read: the handle shares its position with the parent's file, and moving it would garble what the parent reads.
        with mmap.mmap(handle, 0, access=mmap.ACCESS_READ) as content:
            return {"result": work(cast("BinaryIO", content), *arguments)}
    except Image.DecompressionBombError:
        return {"reason": "pixels"}
    except KindError:
        return {"reason": "kind"}
    except MemoryError:
        return {"reason": "work"}
    except Exception as error:  # noqa: BLE001  # decoders raise whatever the bytes lead them to: OSError, SyntaxError, struct.error, KeyError…
        return {"reason": "damage", "detail": f"{type(error).__name__}: {error}"[:200]}

"""What runs in the children of `sandboxed`: the work, and what it took. Like all that runs there it imports no Django."""

import time
from typing import Any, BinaryIO

from rooms.ingest.look import look
from tests.bench.photos.contestants.turns import resident


def weighed(file: BinaryIO, format: str) -> dict[str, Any]:
    """CPU in seconds, with the start of this process; memory in KiB."""
    base = resident("VmRSS")
    result = look(file, format)
    return {"result": result, "cpu": time.process_time(), "memory": {"base": base, "peak": resident("VmHWM")}}

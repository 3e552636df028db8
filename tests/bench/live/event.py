"""The event that every peer delivers: about 600 bytes of JSON, with a number and the time at which it was published.

The mark stands once in each event and nowhere else in what a server sends, so counting marks counts events, however many of
them share a frame. All is ASCII: then bytes above 0x7f occur in frame headers only, which `crowd` relies on.
"""

import json
import re

SIZE = 600
MARK = b"@-bench-event-@"
STAMPED = re.compile(rb"(\d{9})#(\d{19})" + MARK)
STAMPED_SIZE = 9 + 1 + 19 + len(MARK)


def make_template() -> bytes:
    event = {
        "seq": "SEQ",
        "kind": "photo.changed",
        "at": "2026-01-01T12:00:00.000000Z",
        "actor": {"id": "0197f3c2-0000-7000-8000-000000000001", "name": "Olive"},
        "data": {"id": "0197f3c2-0000-7000-8000-000000000002", "alt": "", "caption": "CAPTION"},
    }
    text = json.dumps(event, separators=(",", ":")).replace('"SEQ"', "%d").replace("%", "%%").replace("%%d", "%d")
    text = text.replace("CAPTION", "PADDING%09d#%019d" + MARK.decode())
    return text.replace("PADDING", "x" * (SIZE - len(text % (1000, 0, 0)) + len("PADDING"))).encode()


TEMPLATE = make_template()


def text(seq: int, number: int, stamp: int) -> bytes:
    """The event's JSON. `number` counts from 0 in each room; `stamp` is `time.monotonic_ns()`."""
    return TEMPLATE % (seq, number, stamp)

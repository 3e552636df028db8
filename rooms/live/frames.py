"""What the server says to its sockets. A frame is made once, however many sockets it goes to."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

EVENTS_BYTES = 65_536  # about how much one `events` frame holds


class Frame:
    """A text message, as text for ASGI's `send` and as the bytes of a WebSocket frame for the wire."""

    __slots__ = ("text", "wire")

    def __init__(self, text: str) -> None:
        self.text = text
        payload = text.encode()
        self.wire = header(len(payload)) + payload

    def __len__(self) -> int:
        return len(self.wire)


def header(length: int) -> bytes:
    """Of one unmasked, unfragmented text message (RFC 6455, section 5.2)."""
    if length < 126:
        return bytes((0x81, length))
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2)
    return b"\x81\x7f" + length.to_bytes(8)


def frame(kind: str, **content: Any) -> Frame:
    return Frame(json.dumps({"type": kind} | content, ensure_ascii=False, separators=(",", ":")))


def events_frames(texts: Sequence[str]) -> Iterator[Frame]:
    """Events joined into as few frames as is reasonable, in order. `texts` are the events as JSON."""
    start = size = 0
    for index, text in enumerate(texts):
        if size and size + len(text) > EVENTS_BYTES:
            yield events_frame(texts[start:index])
            start, size = index, 0
        size += len(text)
    if texts:
        yield events_frame(texts[start:])


def events_frame(texts: Sequence[str]) -> Frame:
    return Frame(f'{{"type":"events","events":[{",".join(texts)}]}}')

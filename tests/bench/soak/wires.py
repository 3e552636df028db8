"""Raw sockets, many of them, read as cheaply as it goes and still checked: every event once and in order."""

import random
import re
import select
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress

from tests.bench.live.crowd import masked

AT_ONCE = 40  # handshakes under way; the kernel lets 50 wait
PATIENCE_SECONDS = 90
NUMBER = re.compile(rb'"seq":(\d+)')


class Wire:
    """One member's socket. A slow one stops reading as soon as it was greeted."""

    def __init__(self, room: int, address: str, token: str, *, slow: bool) -> None:
        self.room, self.address, self.token, self.slow = room, address, token, slow
        self.socket: socket.socket | None = None
        self.state = "closed"
        self.buffer = bytearray()
        self.seq = -1  # of the last event; none yet
        self.code = 1006

    def open(self, port: int) -> socket.socket:
        self.socket = opened = socket.socket()
        if self.slow:  # or the kernel would keep megabytes for it
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        opened.connect(("127.0.0.1", port))
        after = f"?after={self.seq}" if self.seq >= 0 else ""
        opened.sendall(
            f"GET /ws/rooms/{self.address}{after} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: salon.v1\r\n"
            f"Authorization: Bearer {self.token}\r\n\r\n".encode()
        )
        opened.setblocking(False)
        self.state, self.code = "opening", 1006
        self.buffer.clear()
        return opened

    def frames(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        self.buffer += data
        if self.state == "opening":
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            assert b" 101 " in head.split(b"\r\n", 1)[0], bytes(head[:200])
            self.buffer, self.state = rest, "greeted"
        while len(self.buffer) >= 2:
            length, start = self.buffer[1] & 127, 2
            if length > 125:
                start = 4 if length == 126 else 10
                length = int.from_bytes(self.buffer[2:start])
            if len(self.buffer) < start + length:
                return
            opcode, payload = self.buffer[0] & 15, bytes(self.buffer[start : start + length])
            del self.buffer[: start + length]
            yield opcode, payload


class Wires:
    def __init__(self, wires: list[Wire], port: int, seed: int = 1) -> None:
        self.wires, self.port = wires, port
        self.closing = False
        self.epoll = select.epoll()
        self.by_number: dict[int, Wire] = {}
        self.did: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.random = random.Random(seed)

    def count(self, *states: str) -> int:
        return sum(wire.state in states for wire in self.wires)

    def open_some(self) -> None:
        room = AT_ONCE - self.count("opening", "greeted")
        for wire in [wire for wire in self.wires if wire.state == "closed"][: max(0, room)]:
            number = wire.open(self.port).fileno()
            self.by_number[number] = wire
            self.epoll.register(number, select.EPOLLIN | select.EPOLLRDHUP)

    def turn(self, seconds: float = 0.05) -> None:
        """Read what is there."""
        for number, _ in self.epoll.poll(seconds):
            wire = self.by_number[number]
            assert wire.socket is not None
            try:
                data = wire.socket.recv(1 << 18)
            except OSError:  # the server hung up on somebody who had not read everything
                data = b""
            if not data:
                self.closed(wire)
                continue
            for opcode, payload in wire.frames(data):
                self.take(wire, opcode, payload)

    def take(self, wire: Wire, opcode: int, payload: bytes) -> None:
        assert wire.socket is not None
        if opcode == 0x9:
            wire.socket.send(masked(0xA, payload))
        elif opcode == 0x8:
            wire.code = int.from_bytes(payload[:2]) if payload else 1005
        elif payload.startswith(b'{"type":"hello"'):
            if b'"mode":"reset"' in payload:
                wire.seq = int(NUMBER.findall(payload)[-1])
            wire.state = "open"
            if wire.slow:
                self.epoll.modify(wire.socket.fileno(), select.EPOLLRDHUP)
        elif payload.startswith(b'{"type":"events"'):
            numbers = sorted(set(map(int, NUMBER.findall(payload))))  # the room's own number in an event is the event's
            if numbers != list(range(wire.seq + 1, wire.seq + 1 + len(numbers))):
                self.wrong.append(f"a socket in room {wire.room} got {numbers[:5]} after {wire.seq}")
            wire.seq = numbers[-1]
            self.did["events"] += len(numbers)

    def closed(self, wire: Wire) -> None:
        if wire.state == "closing":
            self.did["closed by ourselves"] += 1
        elif wire.slow and wire.state == "open":
            self.did["slow readers given up"] += 1
        else:
            self.wrong.append(f"a socket in room {wire.room} was closed with {wire.code} while {wire.state}")
        self.forget(wire)

    def forget(self, wire: Wire) -> None:
        assert wire.socket is not None
        number = wire.socket.fileno()
        self.epoll.unregister(number)
        del self.by_number[number]
        wire.socket.close()
        wire.state = "closed"

    def churn(self) -> None:
        """Somebody goes, politely or not, and comes back as soon as there is room."""
        wire = self.random.choice(self.wires)
        if wire.slow or wire.state != "open":
            return
        if self.random.random() < 0.5:
            self.did["lines cut"] += 1
            self.forget(wire)
        else:
            self.close(wire)

    def close(self, wire: Wire) -> None:
        assert wire.socket is not None
        with suppress(OSError):
            wire.socket.send(masked(0x8, (1000).to_bytes(2)))
        wire.state = "closing"
        self.epoll.modify(wire.socket.fileno(), select.EPOLLIN | select.EPOLLRDHUP)

    def close_all(self) -> None:
        """Politely; those who do not listen are cut."""
        self.closing = True
        for wire in self.wires:
            if wire.slow and wire.state != "closed":
                self.forget(wire)
            elif wire.state == "open":
                self.close(wire)

    def until(self, what: str, ready: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not ready():
            if not self.closing:
                self.open_some()
            self.turn()
            if time.monotonic() > end:
                raise AssertionError(f"waited {PATIENCE_SECONDS} s in vain: {what}")

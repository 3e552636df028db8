"""Many WebSockets read as cheaply as Python can: raw, non-blocking, counted and not parsed.

A WebSocket library costs more per frame than the servers under test. Here a wake-up reads all that is there and counts the
marks in it, a few hundred nanoseconds an event. Only heartbeats are answered, because a server closes who does not.
"""

import re
import select
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import batched

from tests.bench.live.event import MARK, STAMPED, STAMPED_SIZE

KEPT = 128  # bytes of the last read that stay before the next, so that nothing is torn where two reads meet
LARGEST_READ = 1 << 18
AT_ONCE = 40  # handshakes under way together; less than the 50 that Twisted lets wait
PATIENCE_SECONDS = 30
GOING = (1000).to_bytes(2)
HEADER = re.compile(rb"\x81(?:[\x00-\x7d]|\x7e..|\x7f.{8})|\x89([\x00-\x7d])", re.DOTALL)


class BrokenError(Exception):
    """A peer did something that makes its figures worthless."""


def masked(opcode: int, payload: bytes) -> bytes:
    """A client's frame. The mask is zero, which the protocol allows and which leaves the payload as it is."""
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2)
    return bytes([0x80 | opcode]) + length + bytes(4) + payload


def websocket_pongs(data: bytes) -> Iterable[bytes]:
    """The answers to the protocol's own pings that end in what is new.

    A 0x89 may also be part of a long frame's length; HEADER steps over those.
    """
    position = 0
    while header := HEADER.search(data, position):
        position = header.end()
        if header[1] is not None:
            end = position + header[1][0]
            if KEPT < end <= len(data):
                yield masked(0xA, data[position:end])
            position = end


def engine_pongs(data: bytes) -> Iterable[bytes]:
    """The answer to the ping of engine.io, a text frame that says "2"."""
    return [masked(0x1, b"3")] if data.find(b"\x81\x012", KEPT - 2) >= 0 else []


@dataclass(frozen=True)
class Manner:
    """How one talks to a peer: what to send after the handshake, what then says that one is in, and how its heart beats."""

    greeting: bytes = b""
    ready: bytes = b""
    ping: bytes = b"\x89"
    pongs: Callable[[bytes], Iterable[bytes]] = websocket_pongs


class Crowd:
    def __init__(self, port: int, manner: Manner) -> None:
        self.port = port
        self.manner = manner
        self.epoll = select.epoll()
        self.sockets: dict[int, socket.socket] = {}
        self.readers: dict[int, Callable[[memoryview], int]] = {}
        self.tails: dict[int, bytes | bytearray] = {}
        self.counts: dict[int, int] = {}
        self.log: list[tuple[int, int, bytes]] | None = None  # socket, time of arrival, bytes; kept only while it is a list
        self.buffer = bytearray(KEPT + LARGEST_READ)
        self.view = memoryview(self.buffer)[KEPT:]

    def __len__(self) -> int:
        return len(self.counts)

    def open(self, requests: list[bytes]) -> None:
        """One more socket for each of these handshakes."""
        for start in range(0, len(requests), AT_ONCE):
            opening = []
            for request in requests[start : start + AT_ONCE]:
                connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.sendall(request)
                opening.append(connection)
            for connection in opening:
                received = self.be_let_in(connection)
                self.watch(connection, received)
                self.counts[connection.fileno()] = 0
            self.drain(0)  # those who are in already may have been pinged

    def be_let_in(self, connection: socket.socket) -> bytes:
        received = read_until(connection, b"", b"\r\n\r\n")
        if b" 101 " not in received.split(b"\r\n", 1)[0]:
            raise BrokenError(f"the handshake was answered with {received[:200]!r}")
        received = received.partition(b"\r\n\r\n")[2]
        if self.manner.greeting:
            connection.sendall(self.manner.greeting)
        return read_until(connection, received, self.manner.ready) if self.manner.ready else received

    def watch(self, connection: socket.socket, received: bytes = b"") -> None:
        """Read this too. What comes from a publisher's own connection holds no marks and so does not count."""
        number = connection.fileno()
        connection.setblocking(False)
        self.sockets[number] = connection
        self.readers[number] = connection.recv_into
        self.tails[number] = (bytes(KEPT) + received)[-KEPT:]
        self.epoll.register(number, select.EPOLLIN)

    def count_anew(self) -> None:
        self.counts = dict.fromkeys(self.counts, 0)

    def drain(self, seconds: float) -> int:
        """Wait for bytes and read what is there. Returns how many events it held."""
        buffer, view, readers, tails, counts = self.buffer, self.view, self.readers, self.tails, self.counts
        log, ping = self.log, self.manner.ping
        events = 0
        for number, _ in self.epoll.poll(seconds):
            buffer[:KEPT] = tails[number]
            size = readers[number](view)
            if size == 0:
                raise BrokenError(f"the server closed a socket, whose last bytes were {bytes(tails[number][-60:])!r}")
            end = KEPT + size
            found = buffer.count(MARK, KEPT - len(MARK) + 1, end)
            if found:
                counts[number] += found
                events += found
            tails[number] = buffer[size:end]
            if log is not None:
                log.append((number, time.monotonic_ns(), bytes(buffer[KEPT - STAMPED_SIZE + 1 : end])))
            if buffer.find(ping, 0, end) >= 0:  # its beginning may have been read before
                self.answer(number, bytes(buffer[:end]))
        return events

    def answer(self, number: int, data: bytes) -> None:
        for pong in self.manner.pongs(data):
            self.sockets[number].send(pong)

    def wait_for(self, events: int, idle_seconds: float = 5) -> int:
        """Read until so many events have come, or none for a while. Returns how many did not come."""
        end = time.monotonic() + idle_seconds
        while events > 0 and time.monotonic() < end:
            found = self.drain(0.2)
            if found:
                events -= found
                end = time.monotonic() + idle_seconds
        return events

    def stamps(self) -> list[tuple[int, int, int, int]]:
        """What the log holds, in order of arrival: socket, event number, time of publication, time of arrival."""
        return [
            (socket_number, int(stamped[1]), int(stamped[2]), arrival)
            for socket_number, arrival, data in self.log or ()
            for stamped in STAMPED.finditer(data)
        ]

    def shrink(self, size: int) -> None:
        """Close all but so many of the sockets, as a browser does and never too many at once.

        A thousand that vanish in one moment are a test of their own, and the tutorial's server fails it.
        """
        for leaving in batched(list(self.counts)[size:], AT_ONCE):
            for number in leaving:
                self.sockets[number].setblocking(True)
                self.sockets[number].settimeout(PATIENCE_SECONDS)
                self.sockets[number].sendall(masked(0x8, GOING))
            for number in leaving:
                with suppress(ConnectionResetError):
                    while self.sockets[number].recv(LARGEST_READ):
                        pass
                self.close_one(number)
                del self.counts[number]
            self.drain(0)

    def close_one(self, number: int) -> None:
        self.epoll.unregister(number)
        self.sockets.pop(number).close()
        del self.readers[number], self.tails[number]

    def close(self) -> None:
        for number in list(self.sockets):
            self.close_one(number)
        self.counts.clear()
        self.epoll.close()


def read_until(connection: socket.socket, received: bytes, what: bytes) -> bytes:
    while what not in received:
        more = connection.recv(65536)
        if not more:
            raise BrokenError(f"the server closed a socket that was opening, after {received[-200:]!r}")
        received += more
    return received

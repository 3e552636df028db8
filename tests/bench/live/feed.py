"""The publisher: puts events into a peer as fast as it takes them, and is never what a peer waits for."""

import socket
import time
from collections.abc import Callable, Iterable


class Feed:
    """A connection that carries events to a peer. `encode(room, number, stamp)` makes the bytes of one event."""

    def __init__(self, connection: socket.socket, encode: Callable[[int, int, int], bytes], rooms: int = 1) -> None:
        self.connection = connection
        self.encode = encode
        self.numbers = [0] * rooms  # of the next event in each room

    def publish(self, rooms: Iterable[int]) -> None:
        """One event in each of these rooms; a room may be named several times."""
        numbers, encode, stamp, events = self.numbers, self.encode, time.monotonic_ns(), []
        for room in rooms:
            events.append(encode(room, numbers[room], stamp))
            numbers[room] += 1
        self.send(b"".join(events))

    def send(self, data: bytes) -> None:
        self.connection.setblocking(True)
        self.connection.sendall(data)
        self.connection.setblocking(False)

    def close(self) -> None:
        self.connection.close()


def connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection

"""What stands between nginx and Salon in tests: notes each request, and can keep some of them waiting."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Asked:
    """A request as it left nginx."""

    path: str
    headers: list[tuple[str, str]]

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name.lower()]


@dataclass
class Relay:
    """nginx opens a connection for each request, so that one connection is one request here, too."""

    port: int
    to: tuple[str, int]
    asked: list[Asked] = field(default_factory=list)
    delays: dict[str, float] = field(default_factory=dict)  # seconds, by how the path begins

    def count(self, prefix: str) -> int:
        return sum(asked.path.startswith(prefix) for asked in self.asked)

    def serve(self, line: socket.socket) -> None:
        with line, suppress(OSError):
            head = read_head(line)
            if not head:
                return
            first, *fields = head.decode("latin-1").split("\r\n\r\n", 1)[0].split("\r\n")
            asked = Asked(first.split(" ")[1], [split_field(text) for text in fields])
            self.asked.append(asked)
            time.sleep(max((delay for prefix, delay in self.delays.items() if asked.path.startswith(prefix)), default=0))
            with socket.create_connection(self.to) as onward:
                onward.sendall(head)
                back = threading.Thread(target=copy, args=(onward, line), daemon=True)
                back.start()
                copy(line, onward)
                back.join()


def split_field(text: str) -> tuple[str, str]:
    name, _, value = text.partition(":")
    return name.lower(), value.strip()


def read_head(line: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = line.recv(65536)
        if not piece:
            return b""
        head += piece
    return head


def copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def relay_to(port: int, host: str = "127.0.0.1") -> Iterator[Relay]:
    with socket.create_server((host, 0), backlog=200) as listener:
        relay = Relay(listener.getsockname()[1], ("127.0.0.1", port))
        threading.Thread(target=accept, args=(listener, relay), daemon=True).start()
        yield relay
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def accept(listener: socket.socket, relay: Relay) -> None:
    with suppress(OSError):
        while True:
            line, _ = listener.accept()
            threading.Thread(target=relay.serve, args=(line,), daemon=True).start()

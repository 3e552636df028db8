"""A DNS server for tests, as small as can be: it answers each question for an IPv4 address with the addresses it was given."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

STOP = b"stop"


@dataclass
class Names:
    port: int
    addresses: list[str] = field(default_factory=list)

    def answer(self, question: bytes) -> bytes:
        end = question.index(b"\0", 12) + 5  # the name, its type and its class
        header = question[:2] + b"\x81\x80\0\1" + len(self.addresses).to_bytes(2) + bytes(4)
        records = (b"\xc0\x0c\0\1\0\1" + (1).to_bytes(4) + b"\0\4" + socket.inet_aton(address) for address in self.addresses)
        return header + question[12:end] + b"".join(records)


@contextmanager
def names(*addresses: str) -> Iterator[Names]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        served = Names(line.getsockname()[1], list(addresses))

        def serve() -> None:
            with suppress(OSError):
                while (received := line.recvfrom(4096))[0] != STOP:
                    line.sendto(served.answer(received[0]), received[1])

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield served
        finally:
            line.sendto(STOP, ("127.0.0.1", served.port))
            thread.join()

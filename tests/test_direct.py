"""The seam to Daphne: what it relies on, and that peers who do not read or do not live cost nothing for long."""

import base64
import errno
import inspect
import json
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from autobahn.twisted.websocket import WebSocketServerFactory
from twisted.internet.abstract import FileDescriptor
from twisted.internet.tcp import Connection
from twisted.internet.testing import StringTransport

from rooms import broadcasts
from rooms.live.frames import Frame
from rooms.live.line import BOUND
from salon.direct import BoundedSocket, DirectWriter
from tests.people import Cast, Person
from tests.server import Server
from tests.test_presence import secret, until_here
from tests.test_sockets import frame

OURS = pytest.mark.skipif(os.environ.get("TESTS_SERVED_BY") != "daphne", reason="only our own Daphne has the seam")
WITH_REDIS = pytest.mark.skipif(os.environ.get("TESTS_ON") != "postgres", reason="the events of this test come by Redis")
KERNEL_BUFFERS = 16_000_000  # what Linux may keep for one connection on loopback before a write has to wait


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 100_000])
def test_a_frame_is_byte_for_byte_what_autobahn_would_send(length: int) -> None:
    factory: Any = WebSocketServerFactory()  # type: ignore[no-untyped-call]
    factory.openHandshakeTimeout = 0
    factory.protocol = BoundedSocket
    protocol, transport = factory.buildProtocol(None), StringTransport()  # type: ignore[no-untyped-call]
    protocol.makeConnection(transport)
    protocol.state = protocol.STATE_OPEN
    text = "ü" * (length // 2) + "x" * (length % 2)
    protocol.sendMessage(text.encode())
    assert Frame(text).wire == transport.value()  # type: ignore[no-untyped-call]


def test_what_the_seam_relies_on_is_still_there() -> None:
    """When one of these changes with a new version of Daphne, autobahn or Twisted, `salon/direct.py` has to be looked at."""
    assert BoundedSocket.STATE_OPEN == 3
    assert (FileDescriptor().dataBuffer, FileDescriptor()._tempDataLen, FileDescriptor().producer) == (b"", 0, None)
    assert "self.socket" in inspect.getsource(Connection.writeSomeData)
    assert FileDescriptor.bufferSize == 65_536
    factory: Any = WebSocketServerFactory()  # type: ignore[no-untyped-call]
    assert factory.perMessageCompressionAccept(None) is None  # frames go out as they are


class Transport(FileDescriptor):
    """Twisted's own buffering over a wire that takes `room` bytes."""

    connected = 1

    def __init__(self) -> None:
        super().__init__(reactor=Idle())  # type: ignore[arg-type]
        self.socket = self
        self.wire = b""
        self.room = 0

    def send(self, data: bytes) -> int:
        if not self.room:
            raise BlockingIOError(errno.EAGAIN, "full")
        return self.writeSomeData(data)

    def writeSomeData(self, data: bytes) -> int:  # noqa: N802
        taken = data[: self.room]
        self.wire += taken
        self.room -= len(taken)
        return len(taken)


class Idle:
    def addWriter(self, _: Any) -> None: ...  # noqa: N802

    def removeWriter(self, _: Any) -> None: ...  # noqa: N802


class Protocol:
    state = BoundedSocket.STATE_OPEN

    def __init__(self) -> None:
        self.transport = Transport()


def test_bytes_stay_in_order_however_little_the_wire_takes_at_a_time() -> None:
    protocol = Protocol()
    writer, transport = DirectWriter(protocol), protocol.transport
    sent = b""
    for number, room in enumerate([5, 0, 3, 100, 0, 1, 7]):
        piece = f"<{number}>".encode()
        transport.room += room
        writer.write(piece)
        transport.doWrite()  # type: ignore[no-untyped-call]
        sent += piece
    transport.room = 1000
    transport.doWrite()  # type: ignore[no-untyped-call]
    assert transport.wire == sent


def test_a_full_transport_says_so_and_says_when_it_has_room_again() -> None:
    protocol = Protocol()
    writer, transport = DirectWriter(protocol), protocol.transport
    drained: list[bool] = []
    writer.when_drained = lambda: drained.append(True)
    writer.write(b"x" * 65_536)
    assert not bool(writer.full)
    writer.write(b"x")
    assert bool(writer.full)
    transport.room = 100_000
    transport.doWrite()  # type: ignore[no-untyped-call]
    assert drained == [True]
    assert not writer.full


def test_nothing_is_written_to_a_socket_that_is_closing() -> None:
    protocol = Protocol()
    protocol.state = BoundedSocket.STATE_CLOSING
    protocol.transport.room = 100
    DirectWriter(protocol).write(b"late")
    assert protocol.transport.wire == b""


def deaf_socket(server: Server, person: Person, room: str) -> socket.socket:
    """A WebSocket of somebody who, from now on, neither reads nor answers."""
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.settimeout(20)
    deaf.connect(("127.0.0.1", server.port))
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET /ws/rooms/{room} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Upgrade: websocket", "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", f"Authorization: Bearer {person.token}",
    ]  # fmt: skip
    deaf.sendall("\r\n".join([*lines, "", ""]).encode())
    received = b""
    while b'"hello"' not in received:
        received += deaf.recv(4096)
    return deaf


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    running = Server(environment={"SALON_DATA_DIR": str(tmp_path), "SALON_PING_SECONDS": "3"} | secret())
    yield running
    assert running.stop() == 0, running.output
    assert "Traceback" not in running.output, running.output


def memory_of(server: Server) -> int:
    """Bytes resident in the server's process."""
    line = next(line for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


@WITH_REDIS
def test_a_reader_that_stalls_is_sent_to_resume_and_costs_bounded_memory(cast: Cast, server: Server) -> None:
    with deaf_socket(server, cast.vic, cast.slug) as deaf, cast.mo.socket(cast.slug) as other:
        frame(other)
        before, seq = memory_of(server), cast.room.seq
        while f"{cast.vic.user.id} in room {cast.room.id}: too_slow" not in server.output:
            seq += 1
            event = {"seq": seq, "kind": "room.changed", "at": None, "actor": None, "data": "x" * 60_000}
            message = {"type": "room.event", "room": cast.room.id.hex, "seq": seq, "text": json.dumps(event)}
            broadcasts.send(broadcasts.group(cast.room.id), message)
            assert frame(other)["events"][0]["seq"] == seq
            assert (seq - cast.room.seq) * 60_000 < KERNEL_BUFFERS + 4 * BOUND
        assert memory_of(server) - before < 8 * BOUND
        assert close_code(deaf) in (4408, None)  # None: the wire was so full that the line was cut instead


def close_code(stream: socket.socket) -> int | None:
    """Read all that is left; the code of the close frame at its end, or None without one."""
    received = b""
    try:
        while piece := stream.recv(1_000_000):
            received = (received + piece)[-4096:]
    except (TimeoutError, ConnectionResetError):
        return None
    place = received.rfind(b"\x88")
    return struct.unpack(">H", received[place + 2 : place + 4])[0] if 0 <= place < len(received) - 3 else None


@OURS
@WITH_REDIS
def test_a_peer_that_does_not_answer_pings_is_gone_soon(cast: Cast, own_server: Server) -> None:
    with cast.olive.socket(cast.slug) as olive, deaf_socket(own_server, cast.vic, cast.slug) as deaf:
        until_here(olive, "Olive", "Vic")
        until_here(olive, "Olive")
        assert deaf.recv(100_000)


@OURS
@WITH_REDIS
def test_a_quiet_socket_is_pinged_and_stays(cast: Cast, own_server: Server) -> None:
    with deaf_socket(own_server, cast.vic, cast.slug) as quiet:
        pings = 0
        while pings < 2:
            received = quiet.recv(100_000)
            assert received, "closed"
            if (place := received.rfind(b"\x89\x0c")) >= 0:
                pings += 1
                mask = bytes(4)
                quiet.sendall(b"\x8a\x8c" + mask + received[place + 2 : place + 14])
        cast.olive.api.patch(cast.path, json={"name": "Still there"})
        while b"Still there" not in received:
            received += quiet.recv(100_000)

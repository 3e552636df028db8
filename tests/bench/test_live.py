"""The benchmark itself: that it counts right, runs from beginning to end, and leaves nothing running."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.bench.live import event, machine
from tests.bench.live.crowd import KEPT, Crowd, Manner, masked, websocket_pongs
from tests.bench.live.peers.node import SocketIo
from tests.server import REPOSITORY
from tests.services import find_program, wait_until

pytestmark = pytest.mark.once
needs_services = pytest.mark.skipif(not (find_program("initdb") and find_program("redis-server")), reason="needs PostgreSQL and Redis")
COMMAND = [sys.executable, "-m", "tests.bench.live", "--quick", "--peers", "salon", "--folder"]


@pytest.fixture
def far_end() -> Iterator[tuple[Crowd, socket.socket]]:
    """A crowd of one, and the other end of its socket."""
    ours, theirs = socket.socketpair()
    with closing(Crowd(0, Manner())) as crowd, theirs:
        crowd.watch(ours)
        crowd.counts[ours.fileno()] = 0
        yield crowd, theirs


def test_events_are_counted_once_wherever_a_read_ends(far_end: tuple[Crowd, socket.socket]) -> None:
    crowd, server = far_end
    data = b"".join(b"\x81\x7e\x02\x58" + event.text(number, number, 1) for number in range(9))
    crowd.log = []
    counted = 0
    for start in range(0, len(data), 97):
        server.send(data[start : start + 97])
        counted += crowd.drain(1)
    assert counted == 9
    assert [number for _, number, _, _ in crowd.stamps()] == list(range(9))


def test_an_event_has_the_size_and_holds_its_mark_once() -> None:
    text = event.text(1234, 5, 6)
    assert len(text) == event.SIZE
    assert text.count(event.MARK) == 1
    assert json.loads(text)["seq"] == 1234


@pytest.mark.parametrize("split", [1, 2, 4])
def test_a_ping_is_answered_once_wherever_a_read_ends(far_end: tuple[Crowd, socket.socket], split: int) -> None:
    crowd, server = far_end
    ping = b"\x89\x04beat"
    for piece in (event.text(1, 1, 1) + ping[:split], ping[split:] + event.text(2, 2, 2), event.text(3, 3, 3)):
        server.send(piece)
        crowd.drain(1)
    server.setblocking(False)
    assert server.recv(100) == masked(0xA, b"beat")


def test_the_length_of_a_long_frame_is_not_taken_for_a_ping() -> None:
    assert list(websocket_pongs(bytes(KEPT) + b"\x81\x7e\x89\x03" + b"x" * 900)) == []
    assert list(websocket_pongs(bytes(KEPT) + b"\x81\x7f\0\0\0\0\0\x01\x89\x02" + b"x" * 900)) == []


def test_the_ping_of_socket_io_is_answered() -> None:
    assert list(SocketIo.manner.pongs(bytes(KEPT) + b"\x81\x012")) == [masked(0x1, b"3")]


@needs_services
def test_a_quick_run_measures_salon_and_writes_what_it_found(tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, str(tmp_path)], cwd=REPOSITORY, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads((tmp_path / "live.json").read_text())
    assert all({"name", "value", "unit", "ours", "peer"} <= set(row) for row in rows)
    rates = [row["value"] for row in rows if row["measure"] == "deliveries/s saturated"]
    assert len(rates) == 1
    assert rates[0] > 0


def test_what_a_server_started_ends_with_it() -> None:
    process = machine.start(["sh", "-c", "sleep 300 & wait"])
    wait_until("the child runs", lambda: len(machine.family(process.pid)) == 2)
    child = machine.family(process.pid)[1]
    machine.stop(process)
    wait_until("the child has ended", lambda: "sleep" not in command(child))


@needs_services
def test_an_interrupted_run_leaves_nothing_running(tmp_path: Path) -> None:
    process = subprocess.Popen([*COMMAND, str(tmp_path)], cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until("Salon serves", lambda: any("serve" in command(pid) for pid in machine.family(process.pid)[1:]))
        started = machine.family(process.pid)[1:]
        process.send_signal(signal.SIGINT)
        assert process.wait(60) != 0
    finally:
        process.kill()
        process.wait()
    assert [pid for pid in started if "serve" in command(pid) or "redis" in command(pid) or "postgres" in command(pid)] == []


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""

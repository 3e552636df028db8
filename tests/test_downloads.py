"""Large downloads: however large and however slowly read, they take neither memory nor a database connection, and never a wrong byte."""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from rooms import files
from tests.originals import sparse
from tests.people import Cast
from tests.server import Server
from tests.services import wait_until
from tests.test_archives import make
from tests.test_zip import read_by_ranges

MEGABYTE = 1000**2
MOST = 48 * MEGABYTE  # that the server may grow by while it sends 10 GB to three readers
POOL = 20  # connections to PostgreSQL, of a process


def memory(server: Server) -> int:
    """Resident bytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def waits(server: Server, before: int, seen: deque[int]) -> bool:
    """Whether it read next to nothing from the disk between the last 25 questions, half a second, and kept its memory."""
    assert memory(server) - before < MOST
    seen.append(int(Path(f"/proc/{server.process.pid}/io").read_text().split()[1]))
    return len(seen) == seen.maxlen and seen[-1] - seen[0] < MEGABYTE


def highest_memory(parts: Iterator[bytes], size: int, server: Server) -> int:
    """Of the server, while so many bytes are read."""
    highest = 0
    while size > 0:
        size -= len(next(parts))
        highest = max(highest, memory(server))
    return highest


@pytest.mark.once
@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of the server from /proc")
def test_ten_gigabytes_go_through_flat_memory_however_slowly_they_are_read(cast: Cast) -> None:
    for _ in range(3):
        sparse(cast.membership(cast.cleo), 3_500 * MEGABYTE, crc32=0x1234)
    archive, server, browser = make(cast, cast.cleo), cast.cleo.server, cast.cleo.browser
    address, size = archive["address"], archive["size"]
    assert size > 10_000 * MEGABYTE

    def part(start: int, stop: int) -> bytes:
        response = browser.get(address, headers={"Range": f"bytes={start}-{stop - 1}"})
        assert (response.status_code, len(response.content)) == (206, stop - start)
        return response.content

    before = memory(server)
    seen: deque[int] = deque(maxlen=25)
    with browser.stream("GET", address) as slow:
        assert int(slow.headers["Content-Length"]) == size
        parts = slow.iter_raw(MEGABYTE)  # which hangs up when it is let go of
        assert highest_memory(parts, 100 * MEGABYTE, server) - before < MOST
        wait_until("the server waits for the one who reads no further", lambda: waits(server, before, seen))
        for start in (5_000 * MEGABYTE, size - 100 * MEGABYTE):
            headers = {"Range": f"bytes={start}-{start + 100 * MEGABYTE - 1}"}
            with browser.stream("GET", address, headers=headers) as quick:
                assert highest_memory(quick.iter_raw(MEGABYTE), 100 * MEGABYTE, server) - before < MOST
    with read_by_ranges(size, part) as found:
        assert [(info.file_size, info.CRC) for info in found.infolist()] == [(3_500 * MEGABYTE, 0x1234)] * 3
        assert [found.open(info).read(9) for info in found.infolist()] == [bytes(9)] * 3


def test_many_slow_readers_leave_the_database_to_others(cast: Cast) -> None:
    if os.environ["TESTS_ON"] != "postgres":
        pytest.skip("SQLite has no connections to run out of")
    photo = sparse(cast.membership(cast.cleo), 100 * MEGABYTE)
    address = f"/media/{cast.slug}/{photo.id}/original"
    with ExitStack() as readers:
        for _ in range(POOL + 5):
            response = readers.enter_context(cast.cleo.browser.stream("GET", address))
            assert (response.status_code, response.headers["Content-Length"]) == (200, str(100 * MEGABYTE))
        assert cast.vic.api.get("/me", timeout=10).status_code == 200


def truncate(path: Path) -> None:
    os.truncate(path, 150 * MEGABYTE)


@pytest.mark.parametrize("damage", [Path.unlink, truncate])
def test_a_file_that_is_damaged_while_it_is_sent_breaks_the_line(cast: Cast, damage: Callable[[Path], None]) -> None:
    photos = [sparse(cast.membership(cast.cleo), 200 * MEGABYTE) for _ in range(2)]
    address = make(cast, cast.cleo)["address"]
    with cast.cleo.browser.stream("GET", address) as response:
        parts = response.iter_raw(MEGABYTE)
        next(parts)
        damage(files.path(files.name_of(photos[1], "original")))
        with pytest.raises(httpx.RemoteProtocolError, match="closed connection without sending complete message"):
            deque(parts, maxlen=0)
    assert 190 * MEGABYTE < response.num_bytes_downloaded < int(response.headers["Content-Length"]) - 45 * MEGABYTE
    wait_until("the operator can read why", lambda: "A download broke off" in cast.cleo.server.output)
    assert cast.cleo.browser.get(address, headers={"Range": "bytes=0-9"}).status_code == 206


def test_a_line_stays_open_after_an_answer_that_was_whole(cast: Cast) -> None:
    photo = sparse(cast.membership(cast.cleo), 10 * MEGABYTE)
    address = f"{cast.cleo.server.url}/media/{cast.slug}/{photo.id}/original"
    with httpx.Client(cookies={"salon_session": cast.cleo.session}, limits=httpx.Limits(max_connections=1)) as client:
        ports = set()
        for method in ("GET", "HEAD", "GET"):
            with client.stream(method, address) as response:
                assert response.status_code == 200
                ports.add(response.extensions["network_stream"].get_extra_info("client_addr"))
                response.read()
    assert len(ports) == 1

"""Behind the door there may be several webs, that come and go."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from typing import cast as typed

import httpx
import pytest

from tests.names import names
from tests.nginx import find_nginx, nginx_before
from tests.services import free_port, wait_until

pytestmark = [pytest.mark.once, pytest.mark.skipif(find_nginx() is None, reason="needs nginx")]


class Web(BaseHTTPRequestHandler):
    """Says which of several it is, and counts what it was sent."""

    protocol_version = "HTTP/1.0"
    broken = False

    def do_GET(self) -> None:
        seen: list[str] = typed("Any", self.server).seen
        seen.append(self.command)
        if typed("Any", self.server).breaks:
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(typed("Any", self.server).server_address[0]).encode())

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def web_at(host: str, port: int) -> Iterator[Any]:
    with ThreadingHTTPServer((host, port), Web) as server:
        typed("Any", server).seen, typed("Any", server).breaks = [], False
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def test_all_webs_of_a_name_are_used_and_one_that_goes_is_not_missed(tmp_path: Path) -> None:
    port = free_port()
    with ExitStack() as first, web_at("127.0.0.3", port) as second, names("127.0.0.2", "127.0.0.3") as dns:
        one = first.enter_context(web_at("127.0.0.2", port))
        with (
            nginx_before(f"web:{port}", tmp_path, SALON_RESOLVER=f"127.0.0.1:{dns.port}") as nginx,
            httpx.Client(base_url=nginx.url) as client,
        ):
            wait_until("both are used", lambda: client.get("/").status_code == 200 and bool(one.seen and second.seen))
            one.breaks = True  # takes a request and goes without a word
            assert {client.get("/").text for _ in range(20)} == {"127.0.0.3"}
            one.seen.clear()
            second.seen.clear()
            codes = [client.post("/", content=b"x").status_code for _ in range(20)]
            assert (len(one.seen) + len(second.seen), codes.count(200)) == (20, len(second.seen))  # nothing was sent twice
            assert one.seen
            first.close()
            assert {client.request(method, "/", content=b"x").text for _ in range(20) for method in ("GET", "POST")} == {"127.0.0.3"}
            with web_at("127.0.0.4", port):
                dns.addresses[:] = ["127.0.0.4"]
                wait_until("the new one is found", lambda: client.get("/").text == "127.0.0.4", 10)

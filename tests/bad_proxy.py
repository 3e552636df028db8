"""A reverse proxy that does to Salon what badly set ones do. One request for each connection, which is all the doctor sends."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.services import free_port

FLAWS = ("upgrade", "idle", "body", "range", "stream", "cache", "host", "scheme")
IDLE_SECONDS = 0.5
LARGEST_BODY = 1_000_000
TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 11\r\nConnection: close\r\n\r\n<h1>413</h1"


class BadProxy:
    def __init__(self, upstream: int, flaws: tuple[str, ...], context: ssl.SSLContext | None) -> None:
        self.upstream, self.flaws, self.context = upstream, flaws, context
        self.port = free_port()
        self.kept: dict[str, bytes] = {}
        self.ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.serve()))  # which cancels what is under way when it ends

    async def serve(self) -> None:
        self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self.pass_on, "127.0.0.1", self.port, ssl=self.context)
        self.ready.set()
        await self.over.wait()
        server.close()

    async def pass_on(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        try:
            lines = (await client.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
            await self.deal_with(lines[0], headers, client, answer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            answer.close()

    async def deal_with(self, first: str, headers: dict[str, str], client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        if "body" in self.flaws and int(headers.get("content-length", 0)) > LARGEST_BODY:
            answer.write(TOO_LARGE)
            return await answer.drain()
        if first in self.kept:
            answer.write(self.kept[first])
            return await answer.drain()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        upwards = None
        try:
            writer.write("\r\n".join([first, *(f"{name}: {value}" for name, value in self.changed(headers).items()), "", ""]).encode())
            is_socket = "upgrade" in headers
            patience = IDLE_SECONDS if is_socket and "idle" in self.flaws else None
            upwards = asyncio.create_task(self.pipe(client, writer, patience))
            content = await self.pipe(reader, answer, patience, hold="stream" in self.flaws and not is_socket)
            if "cache" in self.flaws:
                self.kept[first] = content
        finally:
            if upwards is not None:
                upwards.cancel()
            writer.close()
        return None

    def changed(self, headers: dict[str, str]) -> dict[str, str]:
        if "upgrade" not in headers or "upgrade" in self.flaws:
            headers = {name: value for name, value in headers.items() if name != "upgrade"} | {"connection": "close"}
        if "range" in self.flaws:
            headers.pop("range", None)
        if "host" in self.flaws:
            headers["host"] = f"127.0.0.1:{self.upstream}"
        if "scheme" in self.flaws:
            headers["x-forwarded-proto"] = "https"
        return headers

    async def pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, patience: float | None, *, hold: bool = False
    ) -> bytes:
        passed = b""
        with suppress(OSError, TimeoutError):
            while chunk := await asyncio.wait_for(reader.read(65_536), patience):
                passed += chunk if hold or "cache" in self.flaws else b""
                if not hold:
                    writer.write(chunk)
                    await writer.drain()
            if hold:
                writer.write(passed)
                await writer.drain()
        return passed


@contextmanager
def bad_proxy(upstream: int, *flaws: str, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of one; without flaws it is a good one."""
    proxy = BadProxy(upstream, flaws, context)
    proxy.thread.start()
    proxy.ready.wait()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{proxy.port}"
    finally:
        proxy.loop.call_soon_threadsafe(proxy.over.set)
        proxy.thread.join()

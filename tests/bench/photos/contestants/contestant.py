"""A contestant as the benchmark sees it: a process of its own on one core, asked for one photo at a time."""

import json
import select
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar

from rooms.ingest.derive import EDGES
from rooms.ingest.webp import METHOD, QUALITY
from tests.bench.live import machine
from tests.bench.live.peers.node import find_node, node_environment
from tests.server import REPOSITORY

FOLDER = Path(__file__).resolve().parent
MODULES = FOLDER / "node_modules"
INSTALLED = MODULES / ".package-lock.json"  # npm writes it last
PATIENCE_SECONDS = 60
LAST_WORDS = 300  # characters


class BrokenError(Exception):
    """It ended, hung, or said something else than what it was asked for."""


class CannotError(Exception):
    """It says that it cannot read this photo."""


@dataclass(frozen=True)
class Turn:
    """One photo. Milliseconds by part of the work, bytes by name of the picture, pictures only when they were asked for."""

    ms: dict[str, float]
    cpu: dict[str, float]
    sizes: dict[str, int]
    pictures: dict[str, bytes]


class Contestant(ABC):
    name: ClassVar[str]
    about: ClassVar[str]

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.log: IO[bytes] | None = None

    @property
    def version(self) -> str:
        return ""

    def missing(self) -> str | None:
        """Why it cannot take part here, or None."""
        return None

    def prepare(self) -> None:
        """What is done once, before the first start."""
        return

    @abstractmethod
    def command(self) -> list[str]: ...

    def start(self, core: set[int]) -> None:
        pipe = subprocess.PIPE
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `stop`
        with machine.on(core):
            self.process = machine.start(
                self.command(), cwd=REPOSITORY, env=node_environment(), stdin=pipe, stdout=pipe, stderr=self.log, bufsize=0
            )

    def stop(self) -> None:
        if self.process is not None:
            machine.stop(self.process)
            for pipe in (self.process.stdin, self.process.stdout):
                assert pipe is not None
                pipe.close()
            self.process = None
        if self.log is not None:
            self.log.close()
            self.log = None

    def develop(self, path: Path, format: str, *, show: bool = False) -> Turn:
        answer = self.ask(path=str(path), format=format, show=show)
        if "cannot" in answer:
            raise CannotError(answer["cannot"])
        pictures = {name: b64decode(text) for name, text in answer.get("pictures", {}).items()}
        return Turn(answer["ms"], answer["cpu"], answer["bytes"], pictures)

    def memory(self) -> tuple[float, float]:
        """MiB: of the program itself, and the most it ever had."""
        answer = self.ask(weigh=True)
        return answer["base"] / 1024, answer["peak"] / 1024

    def ask(self, **request: Any) -> Any:
        assert self.process is not None
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            return json.loads(self.line())
        except (OSError, ValueError) as error:
            raise BrokenError(f"{self.name}: {error}. {self.last_words}") from None

    def line(self) -> bytes:
        assert self.process is not None
        assert self.process.stdout is not None
        said = b""
        while not said.endswith(b"\n"):
            if not select.select([self.process.stdout], [], [], PATIENCE_SECONDS)[0]:
                raise BrokenError(f"{self.name} has said nothing for {PATIENCE_SECONDS} s")
            piece = self.process.stdout.read(1024 * 1024)
            if not piece:
                raise BrokenError(f"{self.name} has ended. {self.last_words}")
            said += piece
        return said

    @property
    def last_words(self) -> str:
        if self.log is None:
            return ""
        self.log.seek(0)
        return self.log.read().decode(errors="replace").strip()[-LAST_WORDS:]


class Python(Contestant):
    module: ClassVar[str]

    def command(self) -> list[str]:
        # `-c`: what `-m` starts would be imported again by each child of `sandboxed`, which the server's children are spared.
        return [sys.executable, "-c", f"from tests.bench.photos.contestants import {self.module}; {self.module}.main()"]


class Salon(Python):
    name = "salon"
    about = "the pipeline of rooms.ingest, in one process"
    module = "salon"


class Sandboxed(Python):
    name = "sandboxed"
    about = "the same as the server runs it, in a child process behind limits"
    module = "sandboxed"


class Pillow(Python):
    name = "pillow"
    about = "naive: open, then a copy, LANCZOS thumbnail and WebP at the default effort for each size"
    module = "pillow"

    @property
    def version(self) -> str:
        from PIL import __version__

        return str(__version__)


class Sharp(Contestant):
    name = "sharp"
    about = "sharp on Node, one thread, no cache, the same sizes, quality and effort; a pipeline for each size, as its documentation does"
    manner: ClassVar[str] = "apart"

    @property
    def version(self) -> str:
        version: str = json.loads((MODULES / "sharp" / "package.json").read_text())["version"]
        return version

    def missing(self) -> str | None:
        return None if find_node("npm") else "no npm here; `make test` installs Node into .venv"

    def prepare(self) -> None:
        if INSTALLED.exists() and INSTALLED.stat().st_mtime >= (FOLDER / "package-lock.json").stat().st_mtime:
            return
        print("Installing sharp from npm", flush=True)
        command = [find_node("npm") or "npm", "ci", "--silent", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=FOLDER, env=node_environment(), check=True)

    def command(self) -> list[str]:
        options = [json.dumps(value) for value in (QUALITY, dict.fromkeys(EDGES, METHOD), EDGES)]
        return [find_node("node") or "node", str(FOLDER / "sharp.mjs"), self.manner, *options]


class SharpChained(Sharp):
    name = "sharp-chained"
    about = "the same, but one decode, and each size from the next larger one"
    manner = "chained"


CONTESTANTS: dict[str, type[Contestant]] = {one.name: one for one in (Salon, Sandboxed, Pillow, Sharp, SharpChained)}

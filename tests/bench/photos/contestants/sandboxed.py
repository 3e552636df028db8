"""Salon's pipeline as the server runs it: each part in a child process of its own, behind limits."""

from base64 import b64decode
from pathlib import Path
from typing import Any

from rooms.ingest import sandbox
from rooms.ingest.child import Limits
from rooms.ingest.derive import SECONDS
from rooms.ingest.look import SHRINKING
from tests.bench.photos.contestants.turns import Meter, take_turns
from tests.bench.photos.contestants.weighed import weighed

LIMITS = Limits(SECONDS, memory=4 * 1024**3, pixels=100_000_000)  # the server has its own from settings that nothing else here needs


class Children(Meter):
    """This process and its children. The memory is that of the child that had the most; it goes away with the child."""

    def __init__(self) -> None:
        super().__init__()
        self.spent, self.heaviest = 0.0, {"base": 0, "peak": 0}

    def cpu_seconds(self) -> float:
        return super().cpu_seconds() + self.spent

    def memory(self) -> dict[str, int]:
        return self.heaviest

    def make_tiles(self, path: Path, format: str) -> dict[str, bytes]:
        return decoded(self.run("look", path, format)["tile"])

    def make_view(self, path: Path, format: str) -> dict[str, bytes]:
        return decoded(self.run("derive", path, format)) if format in SHRINKING else {}

    def run(self, work: str, path: Path, format: str) -> Any:
        with path.open("rb") as file:
            answer = sandbox.run(weighed, file, work, format, limits=LIMITS)
        self.spent += answer["cpu"]
        self.heaviest = max(self.heaviest, answer["memory"], key=lambda memory: memory["peak"])
        return answer["result"]


def decoded(texts: dict[str, str]) -> dict[str, bytes]:
    return {name: b64decode(text) for name, text in texts.items()}


def main() -> None:
    sandbox.CONTEXT.set_forkserver_preload(["rooms.ingest.nursery", weighed.__module__])
    children = Children()
    take_turns({"tiles": children.make_tiles, "view": children.make_view}, children)

"""Salon's pipeline as the server runs it: in a child process, behind limits."""

from base64 import b64decode
from pathlib import Path

from rooms.ingest import sandbox
from rooms.ingest.child import Limits
from rooms.ingest.derive import SECONDS
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

    def make_all(self, path: Path, format: str) -> dict[str, bytes]:
        with path.open("rb") as file:
            answer = sandbox.run(weighed, file, format, limits=LIMITS)
        self.spent += answer["cpu"]
        self.heaviest = max(self.heaviest, answer["memory"], key=lambda memory: memory["peak"])
        return {name: b64decode(text) for name, text in answer["result"]["pictures"].items()}


def main() -> None:
    sandbox.CONTEXT.set_forkserver_preload(["rooms.ingest.nursery", weighed.__module__])
    children = Children()
    take_turns({"all": children.make_all}, children)

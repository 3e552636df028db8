"""What a benchmark found: a table for people and a file of rows for programs."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "var" / "bench"


@dataclass(frozen=True)
class Row:
    """One figure, or Salon's figure over a peer's.

    `ours` and `peer` are measured figures. In a figure's own row `value` repeats the one that is there; in a comparison it is
    `ours / peer`, its unit is "×", and `details["of"]` is the unit of the two.
    """

    name: str
    value: float
    unit: str
    ours: float | None = None
    peer: float | None = None
    details: dict[str, Any] = field(default_factory=dict)


def write(name: str, rows: Iterable[Row], folder: Path = FOLDER) -> Path:
    """Write the rows to NAME.json in the folder. Returns the file's path."""
    path = folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    found = [{**{key: value for key, value in asdict(row).items() if key != "details"}, **row.details} for row in rows]
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return path


def table(title: str, head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell, the first to the left and the others to the right."""
    widths = [max(len(line[column]) for line in [head, *lines]) for column in range(len(head))]

    def row(cells: Sequence[str]) -> str:
        first, *others = (
            cell.ljust(width) if number == 0 else cell.rjust(width) for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "  ".join([first, *others]).rstrip()

    return "\n".join(["", title, row(head), "  ".join("-" * width for width in widths), *(row(line) for line in lines)])


def short(value: float | None) -> str:
    """Three digits that mean something."""
    if value is None:
        return "–"
    if abs(value) >= 1000:
        return f"{round(value, -max(0, len(str(int(abs(value)))) - 3)):,.0f}"
    return f"{value:.3g}"

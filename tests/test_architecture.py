"""The shape of the house, as STYLE and docs/architecture.md describe it."""

import ast
import platform
import re
from pathlib import Path

import pytest

import salon

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGES = ("accounts", "rooms", "platform/salon")
SOURCES = [path for package in PACKAGES for path in (REPOSITORY / package).rglob("*.py") if "migrations" not in path.parts]
LONGEST_FILE = 300


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def importers(module: str) -> set[str]:
    return {
        str(path.relative_to(REPOSITORY))
        for path in SOURCES
        if any(name == module or name.startswith(module + ".") for name in imports(path))
    }


def test_platform_is_still_the_standard_library_and_salon_lives_in_the_folder() -> None:
    assert platform.python_version()
    assert not Path(platform.__file__).is_relative_to(REPOSITORY)
    assert not (REPOSITORY / "platform" / "__init__.py").exists()
    assert Path(salon.__file__).parent == REPOSITORY / "platform" / "salon"


def test_one_file_sends_to_groups() -> None:
    senders = [path.relative_to(REPOSITORY) for path in SOURCES if "group_send" in path.read_text()]
    assert senders == [Path("rooms/broadcasts.py")]


def test_one_module_looks_up_memberships_by_person() -> None:
    """Whoever wants a membership asks `access`; the others only make, change or list them."""
    deciders = {
        str(path.relative_to(REPOSITORY))
        for path in SOURCES
        if "Membership.objects" in path.read_text() and not path.is_relative_to(REPOSITORY / "rooms" / "actions")
    }
    assert deciders == {"rooms/access.py", "rooms/api/members.py", "rooms/readings.py"}


def test_models_import_no_other_part_of_rooms() -> None:
    for path in (REPOSITORY / "rooms" / "models").glob("*.py"):
        assert {name for name in imports(path) if name.startswith("rooms") and not name.startswith("rooms.models")} == set()


def test_data_flows_one_way() -> None:
    assert importers("rooms.api") == {"rooms/api/__init__.py", "platform/salon/api.py"}
    assert {path for path in importers("rooms.live") if not path.startswith("rooms/live/")} == {"platform/salon/asgi.py"}
    assert not any(path.startswith("rooms/live/") for path in importers("rooms.actions"))
    assert not any(path.startswith(("rooms/actions/", "rooms/models/")) for path in importers("rooms.live"))
    assert importers("rooms.broadcasts") == {
        "rooms/journal.py",
        "rooms/revocation.py",
        "rooms/live/ear.py",
        "rooms/live/gathering.py",
        "rooms/live/hub.py",
        "rooms/actions/rooms.py",
        "rooms/actions/members.py",
        "rooms/actions/wall.py",
        "rooms/actions/reading.py",
    }


def test_only_actions_write_the_journal() -> None:
    writers = {str(path.relative_to(REPOSITORY)) for path in SOURCES if re.search(r"journal\.record\w*\(", path.read_text())}
    assert all(path.startswith("rooms/actions/") for path in writers)
    assert writers


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_no_file_grows_beyond_what_one_reads_at_a_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE

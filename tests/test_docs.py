"""What is not documented does not exist."""

import re
from pathlib import Path

import pytest

from rooms.access import RIGHTS, Right
from rooms.live import closing
from rooms.live.closing import Closing
from rooms.models import Kind, Role
from tests.server import REPOSITORY

PROTOCOL = (REPOSITORY / "docs" / "protocol.md").read_text()
PAGES = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")]


@pytest.mark.parametrize("kind", Kind.values)
def test_every_event_is_in_the_protocol(kind: str) -> None:
    assert f"`{kind}`" in PROTOCOL


@pytest.mark.parametrize("name", [*Right, *RIGHTS])
def test_every_right_and_role_is_in_the_protocol(name: str) -> None:
    assert f"`{name}`" in PROTOCOL


@pytest.mark.parametrize("close", [value for value in vars(closing).values() if isinstance(value, Closing)])
def test_every_close_code_is_in_the_protocol_with_its_reason(close: Closing) -> None:
    assert f"| {close.code} | `{close.reason}`" in PROTOCOL


def test_every_error_code_is_in_the_protocol() -> None:
    sources = [path.read_text() for package in ("rooms", "accounts", "platform/salon") for path in (REPOSITORY / package).rglob("*.py")]
    codes = {code for source in sources for code in re.findall(r'\bcode(?: =|=) ?"(\w+)"', source)}
    assert {"last_owner", "broken", "mislabelled"} <= codes
    assert [code for code in codes - {"conflict"} if f"`{code}`" not in PROTOCOL] == []


def test_every_command_is_in_the_self_hosting_guide() -> None:
    guide = (REPOSITORY / "docs" / "self-hosting.md").read_text()
    commands = {path.stem for path in REPOSITORY.rglob("management/commands/*.py") if ".venv" not in path.parts} - {"__init__"}
    assert {"serve", "adduser", "token"} <= commands
    assert [command for command in commands if f"`manage.py {command}" not in guide] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_link_of_a_page_leads_nowhere(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)", page.read_text()) if not link.startswith("http")]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_rights_table_of_the_guide_is_the_one_in_the_code() -> None:
    guide = (REPOSITORY / "docs" / "user-guide.md").read_text()
    rows = {
        "see photos": Right.VIEW,
        "comment and react": Right.TALK,
        "add photos, caption and delete one's own": Right.UPLOAD,
        "caption and delete anybody's": Right.CURATE,
        "invite contributors and viewers, remove them": Right.INVITE,
        "invite moderators, change roles, rename, delete the room": Right.MANAGE,
    }
    roles = (Role.VIEWER, Role.CONTRIBUTOR, Role.MODERATOR, Role.OWNER)
    for words, right in rows.items():
        marks = "".join(f" {'✓ ' if right in RIGHTS[role] else ''}|" for role in roles)
        assert f"| {words} |{marks}" in guide

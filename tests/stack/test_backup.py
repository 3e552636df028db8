"""The stack is backed up while people add photos, destroyed with all its volumes, and brought back on the empty machine."""

import hashlib
import os
import shlex
import subprocess
import threading
from pathlib import Path
from typing import Any

import httpx

from tests.browser.conftest import PASSWORD, MakeAccount
from tests.people import Person
from tests.pictures import picture
from tests.server import REPOSITORY
from tests.stack.stack import COMMAND_SECONDS, Stack, form_token


def operate(stack: Stack, script: str, *arguments: str) -> str:
    """Run one of deploy's scripts as an operator does; what it says."""
    ran = subprocess.run(
        [REPOSITORY / "deploy" / script, *arguments],
        env=os.environ | {"COMPOSE": shlex.join(stack.command)}, capture_output=True, text=True, timeout=COMMAND_SECONDS,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def sign_in(stack: Stack, person: Person) -> httpx.Client:
    browser = stack.client()
    form = {"login": person.user.email, "password": PASSWORD}
    answer = browser.post("/accounts/login/", data=form | {"csrfmiddlewaretoken": form_token(browser.get("/accounts/login/"))})
    assert answer.status_code == 302, answer.text[:500]
    return browser


def add(person: Person, room: str, caption: str) -> tuple[str, str]:
    """The photo's identifier, and the checksum of what was sent."""
    content = picture(size=(900, 600))
    answer = person.api.post(f"/rooms/{room}/photos", files={"file": ("a.jpg", content)}, data={"caption": caption})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], hashlib.sha256(content).hexdigest()


def seen(person: Person) -> dict[str, Any]:
    """Rooms and the photos in them, by what lasts of them."""
    rooms = person.api.get("/rooms").json()["items"]
    photos = {room["id"]: person.api.get(f"/rooms/{room['id']}/photos", params={"limit": 200}).json()["items"] for room in rooms}
    return {
        "rooms": [(room["id"], room["name"], room["role"]) for room in rooms],
        "photos": {photo["id"]: (photo["caption"], photo["added_at"]) for items in photos.values() for photo in items},
    }


def test_a_stack_that_lost_everything_is_brought_back_from_a_backup_made_while_it_ran(
    stack: Stack, make_account: MakeAccount, tmp_path: Path
) -> None:
    olive, backup = make_account("Olive"), tmp_path / "salon.tar"
    browser = sign_in(stack, olive)
    room = olive.api.post("/rooms", json={"name": "Summer by the lake"}).json()["id"]
    added = dict(add(olive, room, f"Photo {number}") for number in range(5))
    before = seen(olive)
    during: list[str] = []
    stop = threading.Event()

    def go_on() -> None:
        while not stop.is_set():
            during.append(add(olive, room, "meanwhile")[0])

    adding = threading.Thread(target=go_on)
    adding.start()
    operate(stack, "backup", str(backup))
    stop.set()
    adding.join()
    assert during
    assert backup.stat().st_mode & 0o077 == 0

    stack.compose("down", "--volumes")
    said = operate(stack, "restore", str(backup))
    stack.up()
    assert "Every photo has its files." in said

    after = seen(olive)
    assert after["rooms"] == before["rooms"]
    assert set(added) <= set(after["photos"]) <= set(added) | set(during)
    assert {photo: after["photos"][photo] for photo in added} == before["photos"]
    for photo, sha256 in added.items():
        original = browser.get(olive.api.get(f"/rooms/{room}/photos/{photo}").json()["media"]["original"])
        assert original.status_code == 200, "the session outlived it all"
        assert hashlib.sha256(original.content).hexdigest() == sha256
    add(olive, room, "afterwards")
    browser.close()
    olive.close()


def test_a_stack_with_people_is_not_replaced_unasked_and_goes_on(stack: Stack, make_account: MakeAccount, tmp_path: Path) -> None:
    olive, backup = make_account("Olive"), tmp_path / "salon.tar"
    room = olive.api.post("/rooms", json={"name": "Autumn"}).json()["id"]
    operate(stack, "backup", str(backup))
    add(olive, room, "after the backup")
    before = seen(olive)
    refused = subprocess.run(
        [REPOSITORY / "deploy" / "restore", str(backup)],
        env=os.environ | {"COMPOSE": shlex.join(stack.command)}, capture_output=True, text=True, timeout=COMMAND_SECONDS,
    )  # fmt: skip
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    stack.up()
    assert seen(olive) == before
    operate(stack, "restore", str(backup), "--replace")
    stack.up()
    assert seen(olive)["photos"] == {}
    olive.close()

"""The running stack, as an operator has it: `docker compose`, and one published port."""

import json
import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from typing import Any

import httpx

from tests.chaos.crowd import Crowd, Member
from tests.server import REPOSITORY
from tests.services import wait_until

COMMAND_SECONDS = 240
WEBS = 2
# Runs inside the stack, because only there is the database to be had. Everybody is in every room.
GATHER = """
import json, uuid
from accounts import people
from accounts.models import ApiToken
from rooms.actions import invites, members, rooms
from rooms.models import Role
users = [people.add_person(f"{uuid.uuid4().hex}@example.org", None, f"Member{n}") for n in range(%d)]
owned = [rooms.create(users[n], f"Room {n}") for n in range(%d)]
for owner in owned:
    token = invites.create(owner, role=Role.CONTRIBUTOR).token
    for user in users:
        if user != owner.user:
            members.join(user, token)
crowd = [(str(user.id), ApiToken.objects.issue(user)[1]) for user in users]
print(json.dumps([crowd, [owner.room.slug for owner in owned]]))
"""


@dataclass(frozen=True)
class Stack:
    """`url` is the published port; `command` is `docker compose` with all that makes it this stack's."""

    url: str
    command: list[str]
    engine: list[str]

    def compose(self, *arguments: str, stdin: str = "") -> str:
        return run([*self.command, *arguments], stdin)

    def docker(self, *arguments: str) -> str:
        return run([*self.engine, *arguments])

    def inside(self, service: str, *arguments: str, stdin: str = "") -> str:
        """What a command says inside a running container of that service."""
        return self.compose("exec", "-T", service, *arguments, stdin=stdin)

    def manage(self, *arguments: str, stdin: str = "") -> str:
        return self.inside("web", "python", "manage.py", *arguments, stdin=stdin)

    def up(self) -> None:
        """The one command. Ends when everything is healthy."""
        # Without --wait, which gives up at once where something is not healthy yet because of what it was just waiting for.
        self.compose("up", "--detach", "--scale", f"web={WEBS}")
        wait_until("everything is healthy", self.is_all_healthy, seconds=COMMAND_SECONDS)

    def containers(self, *services: str) -> list[dict[str, Any]]:
        """What the engine knows about the containers of these services, or of all; ended ones too."""
        names = self.compose("ps", "--all", "--quiet", *services).split()
        found: list[dict[str, Any]] = json.loads(self.docker("inspect", *names))
        return found

    def is_all_healthy(self) -> bool:
        states = [container["State"] for container in self.containers()]
        return all(
            state.get("Health", {}).get("Status") == "healthy" or (state["Status"], state["ExitCode"]) == ("exited", 0) for state in states
        )

    def is_healthy(self, container: str) -> bool:
        return self.docker("inspect", "--format", "{{.State.Health.Status}}", container).strip() == "healthy"

    def printed_token(self) -> str:
        """The set-up token, as every `web` prints it until there is an owner."""
        printed = set(re.findall(rf"http://[\w.]+:{self.url.rpartition(':')[2]}/setup\?token=(\S+)", self.compose("logs", "web")))
        assert len(printed) == 1, printed
        return str(printed.pop())

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def gather(self, members: int, rooms: int) -> Crowd:
        """People with tokens, all of them in all of these rooms. The first owns the first room, and so on."""
        text = self.manage("shell", "--verbosity", "0", "--command", GATHER % (members, rooms))
        people, slugs = json.loads(text.splitlines()[-1])
        return Crowd([Member(number, id, token, None) for number, (id, token) in enumerate(people)], slugs)


def running_stack() -> Stack:
    command, engine = shlex.split(os.environ["STACK_COMPOSE"]), shlex.split(os.environ["STACK_DOCKER"])
    port = run([*command, "port", "nginx", "8080"]).rpartition(":")[2].strip()
    return Stack(f"http://127.0.0.1:{port}", command, engine)


def run(command: list[str], stdin: str = "") -> str:
    ran = subprocess.run(command, cwd=REPOSITORY, input=stdin, capture_output=True, text=True, timeout=COMMAND_SECONDS)
    assert ran.returncode == 0, f"{shlex.join(command)} ended with {ran.returncode}\n{ran.stdout[-2000:]}\n{ran.stderr[-4000:]}"
    return ran.stdout


def form_token(page: httpx.Response) -> str:
    """What a form of ours must send back."""
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert found, page.text[:500]
    return found[1]

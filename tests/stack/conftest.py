"""Tests of the whole stack, through nginx. `make test-stack` builds it, starts it with two `web`, runs them and takes it away.

A new test takes the fixture `stack` (`Stack` in stack.py) and works through `stack.url`; `stack.compose("kill", "redis")` and
`stack.up()` are what an operator would type, `stack.gather(20, 1)` makes people with tokens, and the clients of tests/chaos (Follower, Web,
Ledger, verdict) work with all of it. It may stop and kill what it likes, but leaves everything healthy: `stack.up()`.

While writing one, let a stack run and name it:

    export STACK_DOCKER=docker STACK_COMPOSE="docker compose"
    python -m pytest --on=sqlite tests/stack/test_restart.py
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser

from accounts.models import User
from tests.browser.conftest import PASSWORD, MakeAccount, open_page, running_chromium
from tests.people import Person
from tests.stack.stack import Stack, form_token, running_stack

__all__ = ["open_page"]
collect_ignore_glob = [] if "STACK_COMPOSE" in os.environ else ["test_*.py"]


@dataclass(frozen=True)
class FirstStart:
    """What a fresh stack answered until its owner's account was made."""

    front_page: httpx.Response
    wrong_token: httpx.Response
    right_token: httpx.Response
    late: httpx.Response


@pytest.fixture(scope="session")
def first_start() -> FirstStart | None:
    """The owner makes an account, before anybody else has one; None where that was done in a run before."""
    stack = running_stack()
    with stack.client() as browser:
        front_page = browser.get("/")
        if not str(front_page.headers.get("location")).endswith("/setup"):
            return None

        def set_up(token: str) -> httpx.Response:
            form = {"name": "Olive", "email": "olive@example.org", "password": PASSWORD, "token": token}
            return browser.post("/setup", data=form | {"csrfmiddlewaretoken": form_token(browser.get("/setup"))})

        return FirstStart(front_page, set_up("guessed"), set_up(stack.printed_token()), browser.get("/setup"))


@pytest.fixture(scope="session")
def stack(first_start: FirstStart | None) -> Stack:
    return running_stack()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Not for the whole session: while Playwright's loop runs in this thread, `asyncio.run` cannot."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def make_account(stack: Stack) -> Iterator[MakeAccount]:
    """As in tests/browser, but made where the database is: the operator adds somebody."""
    made: list[Person] = []

    def make(name: str) -> Person:
        email = f"{name.lower()}-{uuid4().hex[:8]}@example.org"
        stack.manage("adduser", email, "--name", name, "--password-stdin", stdin=f"{PASSWORD}\n")
        token = stack.manage("token", email).strip()
        made.append(Person(User(email=email, name=name), stack, token))  # type: ignore[arg-type]  # of a server, they need its address
        return made[-1]

    yield make
    for person in made:
        person.close()


@pytest.fixture
def olive(make_account: MakeAccount) -> Person:
    return make_account("Olive")

"""Real Chromium, one context a person, each watched for errors in its console."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect, sync_playwright

from tests.people import Cast, Person, make_person
from tests.server import REPOSITORY, Server

# Playwright's loop runs in the very thread that makes people and rooms for it; nothing else does, so nothing can mix.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

SCREENS = REPOSITORY / "var" / "screens"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
PASSWORD = "a sentence that nobody guesses"
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]

OpenPage = Callable[..., Page]
MakeAccount = Callable[[str], Person]
Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@contextmanager
def running_chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed")
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    playwright: Playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*QUIET, *sandbox])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """A new person at a new browser. Whatever their console complains of fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        expected = "Failed to load resource" in message.text or "WebSocket" in message.text  # a refusal is the test's business
        if message.type in ("error", "warning") and not expected:
            complaints.append(f"{message.page.url if message.page else ''}: {message.text}")

    def open(viewport: dict[str, int] = DESKTOP, scheme: Scheme = "light", **options: object) -> Page:
        context = chromium.new_context(viewport=viewport, color_scheme=scheme, has_touch=viewport == PHONE, **options)  # type: ignore[arg-type]
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.set_default_timeout(20_000)
        context.on("console", listen)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        contexts.append(context)
        return context.new_page()

    yield open
    for number, context in enumerate(contexts):
        for page in context.pages:  # what was seen last; the first place to look when a test fails
            SCREENS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SCREENS / f"last-{request.node.name}-{number}.png")
        context.close()
    assert complaints == []


@pytest.fixture
def make_account(server: Server) -> MakeAccount:
    """Somebody with a password, as `manage.py adduser` makes them."""
    return partial(make_person, server, password=PASSWORD)


@pytest.fixture
def olive(make_account: MakeAccount) -> Person:
    return make_account("Olive")


@pytest.fixture
def visit(cast: Cast, open_page: OpenPage) -> Visit:
    """Somebody of the cast at a browser, signed in and in the room."""

    def visit(person: Person, viewport: dict[str, int] = DESKTOP, scheme: Scheme = "light", **options: object) -> Page:
        page = open_page(viewport, scheme, **options)
        page.context.add_cookies([{"name": "salon_session", "value": person.session, "url": person.server.url}])
        page.goto(f"{person.server.url}/rooms/{cast.slug}")
        expect(page.locator("[data-status]")).to_have_attribute("data-status", "live")
        return page

    return visit


def sign_in(page: Page, person: Person) -> Page:
    page.goto(f"{person.server.url}/")
    page.get_by_label("Email").fill(person.user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{person.server.url}/")
    return page


def screenshot(page: Page, name: str) -> None:
    """Keep what a person sees, in both themes."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=SCREENS / f"{name}-{scheme}.png", animations="disabled")

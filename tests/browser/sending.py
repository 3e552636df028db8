"""What the tests of uploads do in the browser: hold pieces back, note what is sent, look into the tray and the browser's own store."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import BrowserContext, Error, Locator, Page, Request, Route, expect

from tests.browser.test_live import chip, keep
from tests.people import Cast, Person
from tests.pictures import picture
from tests.services import wait_until

PIECE = 5 * 1024 * 1024
PIECES = "**/api/v1/rooms/*/uploads/*"
UPLOADS = "**/api/v1/rooms/*/uploads"


def enter(page: Page, person: Person, cast: Cast) -> Page:
    cookie = {"name": "salon_session", "value": person.session, "url": person.server.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.goto(f"{person.server.url}/rooms/{cast.slug}")
    expect(chip(page)).to_have_attribute("data-status", "live")
    return page


def photos(folder: Path, count: int, *, size: tuple[int, int] = (1800, 1200), gps: bool = False) -> list[Path]:
    sources = ("coffee.png", "astronaut.png", "chelsea.png", "rocket.jpg")
    return [keep(folder, f"IMG_{n:04}.jpg", picture("JPEG", of=sources[n % 4], size=size, gps=gps)) for n in range(count)]


class Sent:
    """What a browser has sent to the room's uploads: where each piece began, and how many uploads were begun."""

    def __init__(self, context: BrowserContext) -> None:
        self.offsets: list[int] = []
        self.begun = 0
        context.on("request", self.note)

    def note(self, request: Request) -> None:
        if request.method == "PATCH" and "/uploads/" in request.url:
            self.offsets.append(int(request.headers["upload-offset"]))
        self.begun += request.method == "POST" and request.url.endswith("/uploads")


@contextmanager
def held(page: Page, offset: int = 0) -> Iterator[list[Route]]:
    """While this lasts, pieces that begin at `offset` or later do not leave the browser. Gives those that wait."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "PATCH" and int(route.request.headers["upload-offset"]) >= offset:
            waiting.append(route)
        else:
            route.continue_()

    page.route(PIECES, hold)
    yield waiting
    if page.is_closed():
        return
    page.unroute(PIECES, hold)
    for route in waiting:
        with suppress(Error):  # the page has left it behind
            route.continue_()


def tray(page: Page) -> Locator:
    return page.get_by_role("region", name="Uploads")


def unfold(page: Page) -> None:
    toggle = tray(page).locator("button[aria-expanded]")
    if toggle.get_attribute("aria-expanded") == "false":
        toggle.click()


def until(page: Page, what: str, condition: Callable[[], bool]) -> None:
    """Playwright tells of requests only while it is asked for something itself."""
    wait_until(what, lambda: bool(page.evaluate("true")) and condition())


def count_kept(page: Page) -> int:
    """How many files the browser itself has stored."""
    count: int = page.evaluate(
        """() => new Promise((resolve) => {
          const opening = indexedDB.open("salon-uploads");
          opening.onsuccess = () => {
            const request = opening.result.transaction("files").objectStore("files").count();
            request.onsuccess = () => (opening.result.close(), resolve(request.result));
          };
        })"""
    )
    return count


def unlike(one: bytes, other: bytes) -> float:
    """How far two pictures differ from each other, from 0 to 255."""
    with Image.open(BytesIO(one)) as first, Image.open(BytesIO(other)) as second:
        assert first.height > first.width
        size = (60, 90)
        difference = ImageChops.difference(first.convert("L").resize(size), second.convert("L").resize(size))
    mean: float = ImageStat.Stat(difference).mean[0]
    return mean

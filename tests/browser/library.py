"""What people do with the photos of a room, as the tests do it."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.people import Cast, Person
from tests.test_photos import add, when_ready


def added(cast: Cast, person: Person, content: bytes, **words: str) -> dict[str, Any]:
    """A photo that is ready."""
    answer = add(person, cast, content, name="photo", **words)
    assert answer.status_code == 201, answer.text
    return when_ready(cast, answer.json())


def choose(page: Page, item: str) -> Locator:
    """Open a dialog of the room's menu."""
    page.get_by_role("button", name="More about this room").click()
    page.get_by_role("menuitem", name=item).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def look_at(page: Page, photo: dict[str, Any]) -> Locator:
    """Open the viewer, and wait until it listens to keys."""
    page.locator(f"[data-photo='{photo['id']}'] button").first.click()
    viewer = page.get_by_role("dialog", name="Photo")
    expect(shown_picture(viewer)).to_be_visible()
    return viewer


def shown_picture(viewer: Locator) -> Locator:
    return viewer.locator(".pswp__item[aria-hidden=false] img.pswp__img:not(.pswp__img--placeholder)")


def downloaded(page: Page, press: Locator) -> bytes:
    with page.expect_download() as download:
        press.click()
    return Path(download.value.path()).read_bytes()

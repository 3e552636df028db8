"""A fresh Salon, in the browser of whoever has just installed it."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PASSWORD, PHONE, OpenPage, screenshot
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_main_job import make_room
from tests.server import fresh_server


def test_the_first_visitor_makes_the_owner_account_and_is_in(open_page: OpenPage, tmp_path: Path) -> None:
    with fresh_server(tmp_path) as server:
        assert f"{server.url}/setup" in server.output
        page = open_page(DESKTOP)
        page.goto(server.url)
        assert page.url.endswith("/setup")
        assert_accessible(page)
        screenshot(page, "setup-desktop")
        phone = open_page(PHONE)
        phone.goto(server.url)
        screenshot(phone, "setup-phone")
        page.get_by_label("Your name").fill("Olive")
        page.get_by_label("Email").fill("olive@example.org")
        page.get_by_label("Password", exact=True).fill("short")
        page.get_by_role("button", name="Open the doors").click()
        expect(page.get_by_text("This password is too short")).to_be_visible()
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Open the doors").click()
        page.wait_for_url(f"{server.url}/")
        screenshot(page, "empty-home-desktop")
        make_room(page, "The first room")
        screenshot(page, "empty-room-desktop")
        late = phone.goto(f"{server.url}/setup")
        assert late is not None
        assert late.status == 404

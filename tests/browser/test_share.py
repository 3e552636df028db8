"""The way others get in: the link, its code, and the card on paper."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rooms.models import Invite
from tests.browser.conftest import DESKTOP, PHONE, Visit, screenshot
from tests.browser.test_accessibility import assert_accessible
from tests.people import Cast
from tests.pictures import photograph
from tests.test_photos import add

A5 = (419.5, 595.3)  # points: 148 by 210 mm
# What the phone's own sheet would be given.
SHARING = "navigator.share = async (what) => { window.shared = what; }"
# A module per square of a canvas, as a camera would see it: the code must be whole and black on white.
READ_CODE = """async () => {
  const code = document.querySelector("[data-code] svg");
  const size = code.viewBox.baseVal.width;
  const dark = (x, y) => code.querySelector("path").isPointInFill(new DOMPoint(x + 0.5, y + 0.5));
  return Array.from({ length: size }, (_, y) => Array.from({ length: size }, (_, x) => (dark(x, y) ? 1 : 0)).join(""));
}"""
FINDER = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]


def link(cast: Cast, **wish: Any) -> dict[str, Any]:
    answer = cast.olive.api.post(f"{cast.path}/invites", json=wish)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def open_sheet(page: Page) -> None:
    page.get_by_role("button", name="Invite", exact=True).first.click()
    expect(page.get_by_role("dialog", name="Invite people")).to_be_visible()


def test_the_sheet_says_at_a_glance_who_comes_in_and_how_long(cast: Cast, visit: Visit) -> None:
    soon = datetime.now(UTC) + timedelta(days=6, hours=12)
    made = link(cast, max_uses=10, expires_at=soon.isoformat(), label="Family chat")
    Invite.objects.filter(pk=made["id"]).update(uses=3)
    for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
        page = visit(cast.olive, viewport)
        open_sheet(page)
        sheet = page.get_by_role("dialog", name="Invite people")
        expect(sheet.get_by_text("Whoever has this link can join, look at every photo and add their own.")).to_be_visible()
        expect(sheet.get_by_text("3 of 10 have joined")).to_be_visible()
        expect(sheet.get_by_text("Ends in 6 days")).to_be_visible()
        expect(sheet.get_by_role("textbox", name="Link")).to_have_value(made["url"])
        assert sheet.evaluate("sheet => sheet.scrollWidth <= sheet.clientWidth")
        screenshot(page, f"invite-{size}")
        assert_accessible(page)


def test_copying_says_so_and_native_sharing_hands_over_the_link(cast: Cast, visit: Visit) -> None:
    made = link(cast)
    page = visit(cast.olive, PHONE)
    page.evaluate(SHARING)
    open_sheet(page)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == made["url"]
    page.get_by_role("button", name="Share").click()
    assert page.evaluate("window.shared") == {
        "title": "Summer by the lake",
        "text": "Join “Summer by the lake”",
        "url": made["url"],
    }


def test_a_card_opens_beside_the_room_and_offers_to_print(cast: Cast, visit: Visit) -> None:
    add(cast.cleo, cast, photograph("coffee.png"), name="coffee.png")
    made = link(cast, role="viewer", expires_at="2100-01-01T00:00:00Z", label="For the table")
    page = visit(cast.olive)
    open_sheet(page)
    page.get_by_role("button", name="Show For the table").click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Print a card").click()
    card = opened.value
    expect(card.get_by_role("heading", name="Summer by the lake")).to_be_visible()
    expect(card.get_by_text("Olive invites you to")).to_be_visible()
    expect(card.get_by_text("Point your phone’s camera at the code and see every photo of the room.")).to_be_visible()
    expect(card.get_by_text(made["url"])).to_be_visible()
    expect(card.get_by_text("Open until 1 January 2100")).to_be_visible()
    code = card.evaluate(READ_CODE)
    for corner in ([row[:7] for row in code[:7]], [row[-7:] for row in code[:7]], [row[:7] for row in code[-7:]]):
        assert corner == FINDER
    assert code == page.evaluate(READ_SHEET)  # the same as on the screen
    card.evaluate("window.print = () => { window.printed = true; }")
    card.get_by_role("button", name="Print").click()
    assert card.evaluate("window.printed")
    assert_accessible(card)


# The same squares from the sheet in the room.
READ_SHEET = READ_CODE.replace("[data-code] svg", "svg[role=img]")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_card_is_one_a5_page(cast: Cast, visit: Visit, viewport: dict[str, int]) -> None:
    add(cast.cleo, cast, photograph("coffee.png"), name="coffee.png")
    made = link(cast)
    page = visit(cast.olive, viewport)
    page.goto(f"{cast.olive.server.url}/rooms/{cast.slug}/invites/{made['id']}/card")
    expect(page.get_by_role("img", name="QR code of the link")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    screenshot(page, f"card-{'phone' if viewport == PHONE else 'desktop'}")
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    pages = [box.split()[2:] for box in re.findall(rb"/MediaBox \[([^\]]*)\]", paper)]
    assert [tuple(map(float, size)) for size in pages] == [pytest.approx(A5, abs=1)]


def test_a_card_is_for_those_who_may_see_its_link(cast: Cast) -> None:
    made = link(cast, role="moderator")
    address = f"/rooms/{cast.slug}/invites/{made['id']}/card"
    assert cast.olive.browser.get(address).status_code == 200
    assert cast.mo.browser.get(address).status_code == 404  # a link above what a moderator may hand out
    cast.olive.api.delete(f"{cast.path}/invites/{made['id']}")
    assert cast.olive.browser.get(address).status_code == 404

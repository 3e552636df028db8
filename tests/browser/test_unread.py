"""What is new: a divider at the last visit, on every device, and a story that catches people up."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from rooms.models import Membership, Photo
from tests.browser import large
from tests.browser.conftest import PHONE, Visit, screenshot
from tests.browser.test_accessibility import assert_accessible
from tests.people import Cast
from tests.services import wait_until

SEEN, NEW = 12, 8
DIVIDER = "Above: new since your last visit"


@pytest.fixture
def news(cast: Cast) -> list[Photo]:
    """Photos that Vic has seen, and then some that he has not, oldest first."""
    of, cleo = large.models(cast, cast.cleo), cast.membership(cast.cleo)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    large.fill(cleo, of, SEEN, yesterday, timedelta(hours=3))
    vic = cast.membership(cast.vic)
    vic.read_seq = cleo.room.seq
    vic.save(update_fields=["read_seq"])
    new = large.fill(cleo, of, NEW, yesterday + timedelta(hours=20), timedelta(hours=2))
    Photo.objects.filter(pk=new[1].pk).update(caption="Coffee on the jetty")
    return new


def read_seq(cast: Cast) -> int:
    return Membership.objects.get(room=cast.room, user=cast.vic.user).read_seq


def divider_is_after(page: Page, photo: Photo) -> None:
    divider = page.get_by_role("separator", name=DIVIDER)
    expect(divider).to_be_visible()
    last, line = page.locator(f"[data-photo='{photo.id}']").bounding_box(), divider.bounding_box()
    assert last
    assert line
    assert last["y"] + last["height"] <= line["y"] < last["y"] + last["height"] + 80


def test_a_divider_parts_what_is_new_from_what_was_seen_until_the_next_visit(cast: Cast, news: list[Photo], visit: Visit) -> None:
    page = visit(cast.vic)
    divider_is_after(page, news[0])
    expect(page.get_by_role("button", name=re.compile(f"Catch me up {NEW}"))).to_be_visible()
    page.get_by_role("separator", name=DIVIDER).scroll_into_view_if_needed()
    screenshot(page, "unread-divider-desktop")
    assert_accessible(page)
    page.evaluate("scrollTo(0, 0)")
    cast.room.refresh_from_db()
    newest = cast.room.seq
    wait_until("what was looked at is read", lambda: read_seq(cast) >= newest)
    divider_is_after(page, news[0])  # it stays for this visit
    page.reload()
    expect(page.locator("[data-photo]").first).to_be_visible()
    expect(page.get_by_role("separator", name=DIVIDER)).to_be_hidden()
    expect(page.get_by_role("button", name=re.compile("Catch me up"))).to_be_hidden()


def test_what_is_not_looked_at_is_not_read(cast: Cast, news: list[Photo], visit: Visit) -> None:
    page = visit(cast.vic)
    before = read_seq(cast)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.get_by_role("separator", name=DIVIDER)).to_be_attached()
    page.wait_for_function("(from) => performance.now() > from + 4000", arg=page.evaluate("performance.now()"))
    assert read_seq(cast) == before


def test_what_was_seen_on_another_device_is_not_new_here(cast: Cast, news: list[Photo], visit: Visit) -> None:
    page = visit(cast.vic, PHONE)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.get_by_role("separator", name=DIVIDER)).to_be_attached()
    cast.room.refresh_from_db()
    assert cast.vic.api.put(f"{cast.path}/read", json={"seq": cast.room.seq}).status_code == 204
    expect(page.get_by_role("separator", name=DIVIDER)).not_to_be_attached()
    expect(page.get_by_role("button", name=re.compile("Catch me up"))).to_be_hidden()


def test_a_story_catches_people_up(cast: Cast, news: list[Photo], visit: Visit) -> None:
    page = visit(cast.vic, PHONE)
    page.get_by_role("button", name=re.compile("Catch me up")).first.click()
    story = page.get_by_role("dialog", name="What is new")
    expect(story).to_contain_text(f"1 of {NEW}")
    expect(story).to_contain_text("Cleo")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(story).to_contain_text("Coffee on the jetty")
    expect(story.locator("img.seen")).to_be_visible()
    screenshot(page, "story-phone")
    assert_accessible(page)
    stage = story.get_by_role("presentation").first
    stage.tap(position={"x": 300, "y": 400})
    expect(story).to_contain_text(f"3 of {NEW}")
    stage.tap(position={"x": 40, "y": 400})
    expect(story).to_contain_text(f"2 of {NEW}")
    story.get_by_role("button", name="Play").click()
    expect(story).to_contain_text(f"3 of {NEW}", timeout=30_000)  # by itself
    page.keyboard.press("Escape")
    expect(story).to_be_hidden()


def test_a_story_ends_after_the_last_photo_and_moves_only_when_asked_by_who_wants_less_motion(
    cast: Cast, news: list[Photo], visit: Visit
) -> None:
    page = visit(cast.vic, reduced_motion="reduce")
    page.get_by_role("button", name=re.compile("Catch me up")).first.click()
    story = page.get_by_role("dialog", name="What is new")
    expect(story.get_by_role("button", name="Play")).to_be_visible()
    for number in range(1, NEW + 1):
        expect(story).to_contain_text(f"{number} of {NEW}")
        page.keyboard.press("ArrowRight")
    expect(story).to_be_hidden()

"""The grid: a large room that can be scrolled, searched and sorted, and that grows while people look at it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from rooms.models import Membership, Photo
from tests.browser import large
from tests.browser.conftest import PHONE, Visit, screenshot
from tests.browser.library import shown_picture
from tests.browser.test_accessibility import assert_accessible
from tests.people import Cast
from tests.pictures import picture
from tests.test_photos import add

MANY = 1500
NEWEST = datetime(2026, 6, 28, 12, tzinfo=UTC)


@pytest.fixture
def pictures(cast: Cast) -> list[Photo]:
    return large.models(cast, cast.cleo)


@pytest.fixture
def cleo(cast: Cast) -> Membership:
    return cast.membership(cast.cleo)


@pytest.fixture
def crowd(cleo: Membership, pictures: list[Photo]) -> list[Photo]:
    """A photo every eight hours, oldest first."""
    return large.fill(cleo, pictures, MANY, NEWEST, timedelta(hours=8))


def is_settled(page: Page) -> None:
    """Every tile in view is known and its picture is there."""
    page.wait_for_function(
        """() => [...document.querySelectorAll("[data-photo]")]
            .filter((tile) => { const { top, bottom } = tile.getBoundingClientRect(); return bottom > 0 && top < innerHeight })
            .every((tile) => tile.dataset.state === "ready" && "sharp" in tile.dataset)"""
    )


def wait_for_height(page: Page, screens: int) -> None:
    page.wait_for_function("(screens) => document.documentElement.scrollHeight > innerHeight * screens", arg=screens)


def top_photo(page: Page) -> tuple[str, float]:
    """The first photo below the top of the view, and where it is."""
    found = page.wait_for_function(
        """() => [...document.querySelectorAll("[data-photo]")]
            .map((tile) => [tile.dataset.photo, tile.getBoundingClientRect().top])
            .filter(([, top]) => top > 100 && top < innerHeight).sort((a, b) => a[1] - b[1])[0]"""
    ).json_value()
    return found[0], found[1]


def place_of(page: Page, photo: str) -> float:
    return float(page.locator(f"[data-photo='{photo}']").bounding_box()["y"])  # type: ignore[index]


def test_a_large_room_is_scrolled_to_its_end_without_anything_moving(cast: Cast, crowd: list[Photo], visit: Visit) -> None:
    page = visit(cast.vic, PHONE)
    wait_for_height(page, 50)
    height = page.evaluate("document.documentElement.scrollHeight")
    is_settled(page)
    screenshot(page, "grid-large-phone")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    photo, top = top_photo(page)
    is_settled(page)
    assert abs(place_of(page, photo) - top) < 1
    screenshot(page, "grid-middle-phone")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.locator(f"[data-photo='{crowd[0].id}']")).to_be_in_viewport()
    is_settled(page)
    assert page.evaluate("document.documentElement.scrollHeight") == height
    assert page.evaluate("document.querySelectorAll('*').length") < 1500


def test_what_arrives_further_up_waits_and_moves_nothing(cast: Cast, crowd: list[Photo], visit: Visit) -> None:
    page = visit(cast.vic, PHONE)
    wait_for_height(page, 20)
    page.evaluate("scrollTo(0, 6000)")
    photo, top = top_photo(page)
    for count, person in enumerate((cast.cleo, cast.cleo, cast.mo), 1):
        assert add(person, cast, picture("JPEG", size=(900, 600))).status_code == 201
        expect(page.get_by_role("button", name=f"{count} new from Cleo")).to_be_visible()
    pill = page.get_by_role("button", name="3 new from Cleo and Mo")
    expect(pill).to_be_visible()
    assert abs(place_of(page, photo) - top) < 1
    screenshot(page, "grid-pill-phone")
    pill.click()
    page.wait_for_function("() => scrollY === 0")
    expect(pill).to_be_hidden()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


def test_turning_the_phone_keeps_what_is_looked_at(cast: Cast, crowd: list[Photo], visit: Visit) -> None:
    page = visit(cast.vic, PHONE)
    wait_for_height(page, 50)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight * 0.7)")
    photo, _ = top_photo(page)
    page.set_viewport_size({"width": PHONE["height"], "height": PHONE["width"]})
    page.wait_for_function("() => [...document.querySelectorAll('[data-photo]')].some((tile) => tile.getBoundingClientRect().right > 600)")
    expect(page.locator(f"[data-photo='{photo}']")).to_be_in_viewport()


def test_closing_a_photo_leads_back_to_where_it_hangs(cast: Cast, crowd: list[Photo], visit: Visit) -> None:
    page = visit(cast.vic)
    wait_for_height(page, 20)
    page.evaluate("scrollTo(0, 30000)")
    is_settled(page)
    photo, _ = top_photo(page)
    tile = page.locator(f"[data-photo='{photo}'] button").first
    tile.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    tile.click()
    expect(shown_picture(page.get_by_role("dialog", name="Photo"))).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog", name="Photo")).to_be_hidden()
    expect(tile).to_be_focused()
    assert page.evaluate("scrollY") == before


def test_dates_can_be_scrubbed_by_hand_and_by_keyboard(cast: Cast, crowd: list[Photo], visit: Visit) -> None:
    page = visit(cast.vic)
    wait_for_height(page, 20)
    scrubber = page.get_by_role("slider", name="Date")
    box = scrubber.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] * 0.6, steps=4)
    expect(scrubber).to_have_attribute("aria-valuetext", re.compile("2025"))
    is_settled(page)
    screenshot(page, "grid-scrubber-desktop")
    page.mouse.up()
    scrubber.focus()
    page.keyboard.press("Home")
    expect(scrubber).to_have_attribute("aria-valuetext", "June 2026")
    page.keyboard.press("ArrowDown")
    expect(scrubber).to_have_attribute("aria-valuetext", "May 2026")
    page.keyboard.press("PageDown")
    expect(scrubber).to_have_attribute("aria-valuetext", "December 2025")
    page.keyboard.press("End")
    expect(scrubber).to_have_attribute("aria-valuetext", "February 2025")
    photo, _ = top_photo(page)
    assert Photo.objects.get(pk=photo).added_at.strftime("%Y-%m") == "2025-02"


@pytest.fixture
def album(cast: Cast, cleo: Membership, pictures: list[Photo]) -> list[Photo]:
    """Ten photos of Cleo's and two of Mo's, with something to find."""
    photos = large.fill(cleo, pictures, 10, NEWEST, timedelta(days=20))
    photos += large.fill(cast.membership(cast.mo), pictures, 2, NEWEST + timedelta(days=1), timedelta(hours=1))
    Photo.objects.filter(pk=photos[3].pk).update(caption="The boat comes home")
    Photo.objects.filter(pk=photos[0].pk).update(taken_at=NEWEST + timedelta(days=9))
    return photos


def has(page: Page, count: int) -> None:
    """So many photos are in the list; those far down are not in the page."""
    expect(page.locator("[data-photo]").first).to_have_attribute("aria-setsize", str(count))


def test_photos_are_found_by_words_people_and_dates_and_the_way_back_leads_back(cast: Cast, album: list[Photo], visit: Visit) -> None:
    page = visit(cast.vic)
    has(page, 12)
    search = page.get_by_role("searchbox", name="Search photos")
    search.fill("boat")
    has(page, 1)
    expect(page.get_by_role("button", name="The boat comes home")).to_be_visible()
    expect(page.get_by_text("1 photo for “boat”")).to_be_visible()
    assert page.url.endswith("?q=boat")
    screenshot(page, "grid-search-desktop")
    assert_accessible(page)
    search.fill("cleo february")
    has(page, 2)
    search.fill("zebra")
    expect(page.get_by_role("heading", name="Nothing for “zebra” yet")).to_be_visible()
    screenshot(page, "grid-nothing-desktop")
    assert_accessible(page)
    page.get_by_role("button", name="Show all photos").click()
    has(page, 12)
    page.get_by_role("combobox", name="Added by").select_option(label="Mo")
    has(page, 2)
    page.go_back()
    has(page, 12)
    page.go_back()
    expect(page.get_by_role("heading", name="Nothing for “zebra” yet")).to_be_visible()
    expect(search).to_have_value("zebra")


def test_the_order_by_when_they_were_taken_can_be_linked_to(cast: Cast, album: list[Photo], visit: Visit) -> None:
    page = visit(cast.vic)
    has(page, 12)
    expect(page.locator(f"[data-photo='{album[-1].id}']")).to_have_attribute("aria-posinset", "1")
    page.get_by_role("combobox", name="Order").select_option("taken")
    expect(page.locator(f"[data-photo='{album[0].id}']")).to_have_attribute("aria-posinset", "1")
    page.reload()
    expect(page.locator(f"[data-photo='{album[0].id}']")).to_have_attribute("aria-posinset", "1")
    expect(page.get_by_role("heading", name=re.compile("July 7"))).to_be_visible()


def test_filters_hold_while_photos_arrive_and_hearts_are_given(cast: Cast, album: list[Photo], visit: Visit) -> None:
    page = visit(cast.vic, PHONE)
    favourites = page.get_by_role("button", name="Favourites")
    favourites.click()
    expect(page.get_by_role("heading", name="No favourites yet")).to_be_visible()
    heart = f"{cast.path}/photos/{album[5].id}/reactions/❤️"
    assert cast.vic.api.put(heart).status_code == 200
    has(page, 1)
    assert cast.vic.api.delete(heart).status_code in (200, 204)
    expect(page.get_by_role("heading", name="No favourites yet")).to_be_visible()
    favourites.click()

    page.get_by_role("combobox", name="Added by").select_option(label="Mo")
    has(page, 2)
    assert add(cast.cleo, cast, picture("JPEG")).status_code == 201
    added = add(cast.mo, cast, picture("JPEG")).json()
    expect(page.locator(f"[data-photo='{added['id']}']")).to_be_visible()
    has(page, 3)
    screenshot(page, "grid-filter-phone")
    assert_accessible(page)
    assert cast.mo.api.delete(f"{cast.path}/photos/{added['id']}").status_code == 204
    has(page, 2)


def test_a_room_of_a_few_photos_has_no_tools(cast: Cast, cleo: Membership, pictures: list[Photo], visit: Visit) -> None:
    large.fill(cleo, pictures, 3, NEWEST, timedelta(days=40))
    page = visit(cast.vic)
    has(page, 3)
    expect(page.get_by_role("search")).to_be_hidden()
    expect(page.get_by_role("slider", name="Date")).to_be_hidden()

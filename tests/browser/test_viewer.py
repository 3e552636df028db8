"""The viewer: its address, links to photos wherever they are, the sheet beside the photo, its menu."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from rooms.models import Photo, Room
from tests.browser.conftest import DESKTOP, PASSWORD, PHONE, OpenPage, Visit, screenshot
from tests.browser.library import added, look_at, shown_picture
from tests.browser.test_accessibility import assert_accessible
from tests.people import Cast
from tests.pictures import photograph, picture
from tests.services import wait_until

SOURCES = ("rocket.jpg", "chelsea.png", "coffee.png")


@pytest.fixture
def photos(cast: Cast) -> list[dict[str, Any]]:
    """Three, the newest first."""
    made = [added(cast, cast.cleo, photograph(name), caption=name.split(".")[0]) for name in SOURCES]
    return made[::-1]


def viewer_of(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Photo", exact=True)


def turn(page: Page, key: str, photo: dict[str, Any]) -> None:
    def turned() -> bool:
        if photo["id"] not in page.url:
            page.keyboard.press(key)  # while it still opens, the viewer does not listen
        return photo["id"] in page.url

    wait_until("the photo is turned to", turned)


def test_the_address_and_the_title_follow_the_photo_and_back_leads_to_the_room(
    cast: Cast, visit: Visit, photos: list[dict[str, Any]]
) -> None:
    page = visit(cast.vic)
    room = page.url
    look_at(page, photos[0])
    expect(page).to_have_url(f"{room}?photo={photos[0]['id']}")
    expect(page).to_have_title("coffee · Summer by the lake · Salon")
    turn(page, "ArrowRight", photos[1])
    expect(page).to_have_title("chelsea · Summer by the lake · Salon")
    page.go_back()
    expect(viewer_of(page)).to_have_count(0)
    expect(page).to_have_url(room)
    expect(page).to_have_title("Summer by the lake · Salon")
    page.go_forward()
    expect(shown_picture(viewer_of(page))).to_have_attribute("src", photos[1]["media"]["view"])
    page.reload()
    expect(shown_picture(viewer_of(page))).to_have_attribute("src", photos[1]["media"]["view"])
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page).to_have_url(room)
    expect(page.locator(f"[data-photo='{photos[1]['id']}'] button")).to_be_focused()


def test_a_link_to_a_photo_leads_to_it_through_sign_in_and_the_old_form_too(
    cast: Cast, visit: Visit, open_page: OpenPage, photos: list[dict[str, Any]]
) -> None:
    sharer = visit(cast.cleo)
    look_at(sharer, photos[2])
    sharer.get_by_role("button", name="More about this photo").click()
    sharer.get_by_role("menuitem", name="Copy link").click()
    expect(sharer.get_by_text("Link copied")).to_be_visible()
    link = sharer.evaluate("navigator.clipboard.readText()")
    assert link == f"{cast.vic.server.url}/rooms/{cast.slug}?photo={photos[2]['id']}"

    cast.vic.user.set_password(PASSWORD)
    cast.vic.user.save()
    page = open_page(PHONE)
    page.goto(link)
    page.get_by_label("Email").fill(cast.vic.user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(shown_picture(viewer_of(page))).to_have_attribute("src", photos[2]["media"]["view"])
    page.goto("about:blank")
    page.goto(f"{cast.vic.server.url}/rooms/{cast.slug}#photo={photos[1]['id']}")
    expect(shown_picture(viewer_of(page))).to_have_attribute("src", photos[1]["media"]["view"])
    expect(page).to_have_url(re.compile(rf"\?photo={photos[1]['id']}$"))


def test_a_link_to_a_photo_that_is_gone_says_so(cast: Cast, visit: Visit, photos: list[dict[str, Any]]) -> None:
    assert cast.mo.api.delete(f"{cast.path}/photos/{photos[0]['id']}").status_code == 204
    page = visit(cast.vic)
    room = page.url
    for gone in (photos[0]["id"], "nonsense"):
        page.goto(f"{room}?photo={gone}")
        expect(page.get_by_text("The photo of this link is no longer in the room")).to_be_visible()
        expect(page).to_have_url(room)
        expect(viewer_of(page)).to_have_count(0)


def test_a_photo_far_below_those_that_came_with_the_page_is_linked_to_and_turned_from(cast: Cast, visit: Visit) -> None:
    oldest = added(cast, cast.cleo, photograph("rocket.jpg"))
    rows = [Photo(**{**row_of(oldest), "sha256": f"{number:064}"}) for number in range(300)]
    Photo.objects.bulk_create(rows)
    page = visit(cast.vic)
    page.goto(f"{page.url}?photo={oldest['id']}")
    viewer = viewer_of(page)
    expect(viewer.locator(".pswp__counter")).to_have_text("301 / 301")
    older = sorted((str(row.pk) for row in rows), reverse=True)
    turn(page, "ArrowLeft", {"id": older[-1]})
    expect(viewer.locator(".pswp__counter")).to_have_text("300 / 301")


def row_of(photo: dict[str, Any]) -> dict[str, Any]:
    fields = [field.attname for field in Photo._meta.concrete_fields if field.attname not in ("id", "upload_id")]
    row: dict[str, Any] = Photo.objects.filter(pk=photo["id"]).values(*fields).get()
    return row


def test_the_sheet_is_remembered_on_a_desk_and_each_photo_has_its_own_words(cast: Cast, visit: Visit, photos: list[dict[str, Any]]) -> None:
    page = visit(cast.vic)
    look_at(page, photos[0])
    page.get_by_role("button", name="Comments").click()
    comments = page.get_by_role("region", name="Comments")
    page.get_by_role("textbox", name="Say something").fill("half a thought")
    page.get_by_role("button", name="Next photo").click()
    expect(page.get_by_role("textbox", name="Say something")).to_have_value("")
    page.get_by_role("button", name="Previous photo").click()
    expect(page.get_by_role("textbox", name="Say something")).to_have_value("half a thought")
    page.get_by_role("tab", name="Details").click()
    expect(page.get_by_role("region", name="Details")).to_contain_text("pixels")
    page.keyboard.press("ArrowLeft")  # among the tabs
    expect(comments).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).click()
    look_at(page, photos[1])
    expect(comments).to_be_visible()
    page.get_by_role("button", name="Close comments").click()
    expect(comments).to_have_count(0)
    page.get_by_role("button", name="Close", exact=True).click()
    look_at(page, photos[1])
    expect(comments).to_have_count(0)


def test_the_sheet_of_a_phone_is_drawn_up_and_down_and_leaves_the_photo_in_view(
    cast: Cast, visit: Visit, photos: list[dict[str, Any]]
) -> None:
    page = visit(cast.vic, PHONE)
    shown = shown_picture(look_at(page, photos[0]))
    page.get_by_role("button", name="Comments").click()
    sheet = page.get_by_role("region", name="Comments")
    half = sheet.bounding_box()
    assert half is not None
    assert 0.4 < half["height"] / PHONE["height"] < 0.6

    def above() -> bool:
        box = shown.bounding_box()
        return box is not None and box["height"] > 150 and box["y"] + box["height"] <= half["y"] + 1

    wait_until("the photo stands above the sheet", above)
    drag(page, "Make the sheet larger", -250)
    wait_until("the sheet is tall", lambda: (sheet.bounding_box() or half)["height"] > 0.85 * PHONE["height"])
    drag(page, "Make the sheet smaller", 200)
    wait_until("the sheet is half", lambda: abs((sheet.bounding_box() or half)["height"] - half["height"]) < 2)
    drag(page, "Make the sheet larger", 250)
    expect(sheet).to_have_count(0)


def drag(page: Page, handle: str, by: int) -> None:
    box = page.get_by_role("button", name=handle).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + by, steps=6)
    page.mouse.up()


def test_a_moderator_makes_a_photo_the_cover_of_the_room_and_thinks_better_of_it(
    cast: Cast, visit: Visit, photos: list[dict[str, Any]]
) -> None:
    room = Room.objects.get(slug=cast.slug)
    page = visit(cast.mo)
    look_at(page, photos[1])
    page.get_by_role("button", name="More about this photo").click()
    expect(page.get_by_role("menuitem")).to_have_text(["Download", "Copy link", "Use as room cover", "Report", "Remove"])
    assert_accessible(page)
    screenshot(page, "viewer-menu-desktop")
    page.get_by_role("menuitem", name="Use as room cover").click()
    expect(page.get_by_text("The room has a new cover")).to_be_visible()
    room.refresh_from_db()
    assert str(room.cover_id) == photos[1]["id"]
    page.get_by_role("button", name="Undo").click()
    wait_until("it is as before", lambda: Room.objects.get(pk=room.pk).cover_id is None)


def test_the_menu_offers_what_one_may(cast: Cast, visit: Visit, photos: list[dict[str, Any]]) -> None:
    for person, offered in ((cast.vic, ["Download", "Copy link", "Report"]), (cast.cleo, ["Download", "Copy link", "Remove"])):
        page = visit(person)
        look_at(page, photos[0])
        page.get_by_role("button", name="More about this photo").click()
        expect(page.get_by_role("menuitem")).to_have_text(offered)
        page.keyboard.press("Escape")
        expect(page.get_by_role("menuitem")).to_have_count(0)
        expect(viewer_of(page)).to_be_visible()


def test_a_photo_that_loses_its_heart_stays_in_view_though_only_favourites_are_shown(
    cast: Cast, visit: Visit, photos: list[dict[str, Any]]
) -> None:
    for photo in photos:
        assert cast.vic.api.put(f"{cast.path}/photos/{photo['id']}/reactions/❤️").status_code == 200
    page = visit(cast.vic)
    page.goto(f"{page.url}?favourites=1")
    viewer = look_at(page, photos[1])
    heart = page.locator(".pswp__top-bar").get_by_role("button", name=re.compile("^Heart"))
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "false")
    expect(viewer.locator(".pswp__counter")).to_have_text("2 / 3")
    turn(page, "ArrowRight", photos[2])
    expect(viewer.locator(".pswp__counter")).to_have_text(re.compile("2 / 2|3 / 3"))


def test_a_wide_and_large_photo_is_shown_whole_and_can_be_looked_into(cast: Cast, visit: Visit) -> None:
    photo = added(cast, cast.cleo, picture("JPEG", size=(9000, 1500)))
    page = visit(cast.vic)
    shown = shown_picture(look_at(page, photo))
    whole = shown.bounding_box()
    assert whole is not None
    assert whole["width"] <= DESKTOP["width"]
    wait_until("it is there", lambda: shown.evaluate("(image) => image.naturalWidth") == 2016)
    page.get_by_role("button", name="Zoom").click()
    wait_until("it is larger", lambda: (shown.bounding_box() or whole)["width"] > whole["width"] * 1.3)
    page.keyboard.press("z")
    wait_until("it is whole again", lambda: abs((shown.bounding_box() or whole)["width"] - whole["width"]) < 2)


def test_hearts_and_comments_are_counted_on_the_wall(cast: Cast, visit: Visit, photos: list[dict[str, Any]]) -> None:
    page = visit(cast.vic)
    tile = page.locator(f"[data-photo='{photos[0]['id']}']")
    expect(tile.locator("[data-talk]")).to_have_count(0)
    assert cast.mo.api.put(f"{cast.path}/photos/{photos[0]['id']}/reactions/❤️").status_code == 200
    for text in ("one", "two"):
        assert cast.mo.api.post(f"{cast.path}/photos/{photos[0]['id']}/comments", json={"text": text}).status_code == 201
    expect(tile.locator("[data-talk]")).to_have_text(re.compile(r"1\s*2"))
    screenshot(page, "wall-talk-desktop")

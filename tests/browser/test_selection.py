"""Choosing many photos: with the keyboard, the mouse and a finger, and what can be done with them then."""

import re
import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from rooms.models import Photo
from tests.browser.conftest import DESKTOP, PHONE, Visit, screenshot
from tests.browser.library import downloaded
from tests.browser.test_accessibility import assert_accessible
from tests.people import Cast, Person
from tests.pictures import picture
from tests.services import wait_until

SUBJECTS = ("coffee.png", "chelsea.png", "astronaut.png", "rocket.jpg")


def hang(cast: Cast, person: Person, count: int, **details: Any) -> list[str]:
    """So many photos of this person; ids, newest first."""
    ids: list[str] = []
    for number in range(count):
        content = picture(of=SUBJECTS[number % len(SUBJECTS)], size=(360, 240), **details)
        answer = person.api.post(f"{cast.path}/photos", files={"file": (f"{number}.jpg", content)})
        assert answer.status_code == 201, answer.text
        ids.insert(0, answer.json()["id"])
    return ids


def tile(page: Page, photo: str) -> Locator:
    return page.locator(f"[data-photo='{photo}']")


def chosen(page: Page) -> list[str]:
    """Ids of the photos shown as chosen, newest first."""
    marked = page.locator("[data-photo]:has(button[aria-pressed=true])")
    return sorted(marked.evaluate_all("tiles => tiles.map(({ dataset }) => dataset.photo)"), reverse=True)


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name="Selected photos")


def focus(page: Page, photo: str) -> None:
    tile(page, photo).get_by_role("button").focus()


def says(page: Page, count: int) -> None:
    expect(bar(page).get_by_role("status")).to_have_text(f"{count} photo{'' if count == 1 else 's'} selected")


def on_disk(cast: Cast) -> int:
    return Photo.objects.shown().filter(room=cast.room).count()


def test_keys_choose_photos(cast: Cast, visit: Visit) -> None:
    ids = hang(cast, cast.olive, 8)
    page = visit(cast.olive)
    focus(page, ids[1])
    page.keyboard.press("x")
    says(page, 1)
    assert chosen(page) == [ids[1]]
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    says(page, 3)
    assert chosen(page) == ids[1:4]
    page.keyboard.press("Shift+ArrowLeft")
    says(page, 2)
    page.keyboard.press("End")
    page.keyboard.press("Control+Space")
    says(page, 3)
    assert chosen(page) == [*ids[1:3], ids[-1]]
    page.keyboard.press("Control+a")
    says(page, 8)
    page.keyboard.press("Escape")
    expect(bar(page)).to_have_count(0)
    expect(tile(page, ids[-1]).get_by_role("button")).to_be_focused()
    page.keyboard.press("x")
    bar(page).get_by_role("button", name="Stop selecting").press("Enter")
    expect(tile(page, ids[-1]).get_by_role("button")).to_be_focused()


def test_a_mouse_chooses_ranges_and_single_photos(cast: Cast, visit: Visit) -> None:
    ids = hang(cast, cast.olive, 8)
    page = visit(cast.olive)
    tile(page, ids[1]).hover()
    tile(page, ids[1]).locator("[data-mark]").click()
    says(page, 1)
    tile(page, ids[4]).click(modifiers=["Shift"])
    says(page, 4)
    assert chosen(page) == ids[1:5]
    tile(page, ids[2]).click()
    says(page, 3)
    expect(page.get_by_role("dialog")).to_have_count(0)  # a press chooses while photos are chosen
    tile(page, ids[7]).click(modifiers=["Control"])
    assert chosen(page) == [ids[1], ids[3], ids[4], ids[7]]
    for photo in (ids[1], ids[3], ids[4], ids[7]):
        tile(page, photo).click()
    expect(bar(page)).to_have_count(0)
    tile(page, ids[0]).click()
    expect(page.get_by_role("dialog", name="Photo")).to_be_visible()


def test_the_mark_of_a_day_chooses_the_day(cast: Cast, visit: Visit) -> None:
    ids = hang(cast, cast.olive, 5)
    for photo in Photo.objects.filter(pk__in=ids[2:]):
        Photo.objects.filter(pk=photo.pk).update(added_at=photo.added_at - timedelta(days=1))
    page = visit(cast.olive)
    page.get_by_role("heading", name="Yesterday").hover()
    day = page.get_by_role("button", name="Select all of Yesterday")
    day.click()
    says(page, 3)
    assert chosen(page) == ids[2:]
    expect(day).to_have_attribute("aria-pressed", "true")
    tile(page, ids[3]).click()
    expect(day).to_have_attribute("aria-pressed", "false")


class Finger:
    """One finger on the screen of a phone."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.line: CDPSession = page.context.new_cdp_session(page)

    def send(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        self.line.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def rest_on(self, photo: str) -> None:
        self.send("touchStart", middle(self.page, photo))

    def draw_to(self, x: float, y: float) -> None:
        self.send("touchMove", (x, y))

    def lift(self) -> None:
        self.send("touchEnd")


def middle(page: Page, photo: str) -> tuple[float, float]:
    box = tile(page, photo).bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_resting_finger_chooses_and_draws_a_range(cast: Cast, visit: Visit) -> None:
    ids = hang(cast, cast.olive, 40)
    page = visit(cast.olive, PHONE)
    expect(tile(page, ids[3])).to_be_visible()
    finger = Finger(page)
    finger.rest_on(ids[1])
    says(page, 1)
    finger.draw_to(*middle(page, ids[4]))
    says(page, 4)
    finger.draw_to(*middle(page, ids[2]))
    says(page, 2)
    assert chosen(page) == ids[1:3]
    # At the edge the page moves along, and what comes up is taken in.
    before = page.evaluate("scrollY")
    finger.draw_to(200, PHONE["height"] - 4)
    wait_until("the page has moved", lambda: page.evaluate("scrollY") > before + 400)
    finger.draw_to(200, PHONE["height"] / 2)
    finger.lift()
    expect(bar(page).get_by_role("status")).to_have_text(re.compile(r"^([6-9]|\d\d) photos selected$"))
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_finger_that_moves_at_once_scrolls_and_chooses_nothing(cast: Cast, visit: Visit) -> None:
    ids = hang(cast, cast.olive, 30)
    page = visit(cast.olive, PHONE)
    finger = Finger(page)
    x, y = middle(page, ids[4])
    finger.rest_on(ids[4])
    for step in range(1, 12):
        finger.draw_to(x, y - 30 * step)
    wait_until("the page has moved", lambda: page.evaluate("scrollY") > 100)
    finger.lift()
    expect(bar(page)).to_have_count(0)


def test_a_tap_chooses_more_while_photos_are_chosen(cast: Cast, visit: Visit) -> None:
    ids = hang(cast, cast.olive, 6)
    page = visit(cast.olive, PHONE)
    page.get_by_role("button", name="More about this room").tap()
    page.get_by_role("menuitem", name="Select photos").tap()
    expect(bar(page).get_by_role("status")).to_have_text("Select photos")
    tile(page, ids[0]).tap()
    tile(page, ids[2]).tap()
    says(page, 2)
    assert chosen(page) == [ids[0], ids[2]]
    bar(page).get_by_role("button", name="Stop selecting").tap()
    expect(bar(page)).to_have_count(0)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_removed_photos_come_back_by_one_press(cast: Cast, visit: Visit, viewport: dict[str, int]) -> None:
    ids = hang(cast, cast.olive, 6)
    page, other = visit(cast.olive, viewport), visit(cast.vic)
    focus(page, ids[0])
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    bar(page).get_by_role("button", name="Remove").click()
    expect(page.get_by_text("3 photos removed.")).to_be_visible()
    expect(page.locator("[data-photo]")).to_have_count(3)
    expect(other.locator("[data-photo]")).to_have_count(3)
    assert on_disk(cast) == 3
    page.get_by_role("button", name="Undo").click()
    for one in (page, other):
        expect(one.locator("[data-photo]")).to_have_count(6)
    assert on_disk(cast) == 6


def test_what_is_not_mine_is_told_beforehand_and_stays(cast: Cast, visit: Visit) -> None:
    theirs = hang(cast, cast.olive, 2)
    mine = hang(cast, cast.cleo, 3)
    page = visit(cast.cleo)
    focus(page, mine[0])
    page.keyboard.press("Control+a")
    expect(bar(page).get_by_text("2 of 5 are not yours and stay as they are.")).to_be_visible()
    bar(page).get_by_role("button", name="Remove").click()
    expect(page.get_by_text("3 photos removed.")).to_be_visible()
    expect(page.locator("[data-photo]")).to_have_count(2)
    focus(page, theirs[0])
    page.keyboard.press("x")
    expect(bar(page).get_by_text("None of them is yours")).to_be_visible()
    expect(bar(page).get_by_role("button", name="Remove")).to_be_disabled()
    expect(bar(page).get_by_role("button", name="Download")).to_be_enabled()


def test_a_viewer_may_only_download(cast: Cast, visit: Visit) -> None:
    ids = hang(cast, cast.olive, 2)
    page = visit(cast.vic)
    focus(page, ids[0])
    page.keyboard.press("x")
    expect(bar(page).get_by_role("button", name="Download")).to_be_enabled()
    expect(bar(page).get_by_role("button", name="Remove")).to_have_count(0)


def test_a_choice_survives_arrivals_and_loses_what_others_remove(cast: Cast, visit: Visit) -> None:
    ids = hang(cast, cast.olive, 4)
    page = visit(cast.olive)
    focus(page, ids[1])
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowRight")
    says(page, 2)
    hang(cast, cast.cleo, 2)
    expect(page.locator("[data-photo]")).to_have_count(6)
    assert chosen(page) == ids[1:3]
    cast.mo.api.delete(f"{cast.path}/photos/{ids[1]}")
    says(page, 1)
    assert chosen(page) == [ids[2]]
    cast.mo.api.delete(f"{cast.path}/photos/{ids[2]}")
    expect(bar(page)).to_have_count(0)


def test_one_caption_for_many_and_back(cast: Cast, visit: Visit) -> None:
    ids = hang(cast, cast.olive, 3)
    cast.olive.api.patch(f"{cast.path}/photos/{ids[0]}", json={"caption": "The first evening"})
    page = visit(cast.olive)
    focus(page, ids[0])
    page.keyboard.press("Control+a")
    bar(page).get_by_role("button", name="Caption").click()
    dialog = page.get_by_role("dialog", name="One caption for all")
    expect(dialog.get_by_text("It takes the place of the caption 1 of them has.")).to_be_visible()
    dialog.get_by_role("textbox").fill("At the lake")
    dialog.get_by_role("button", name="Save").click()
    expect(bar(page)).to_have_count(0)
    assert captions(cast, ids) == ["At the lake"] * 3
    page.get_by_role("button", name="Undo").click()
    wait_until("the captions are back", lambda: captions(cast, ids) == ["The first evening", "", ""])


def captions(cast: Cast, ids: list[str]) -> list[str]:
    return [Photo.objects.get(pk=photo).caption for photo in ids]


def test_dates_move_together_and_back(cast: Cast, visit: Visit) -> None:
    early = hang(cast, cast.olive, 1, taken="2024:07:14 15:30:00")
    late = hang(cast, cast.olive, 1, taken="2024:07:15 09:00:00")
    page = visit(cast.olive, locale="en-GB", timezone_id="America/New_York")
    focus(page, late[0])
    page.keyboard.press("Control+a")
    bar(page).get_by_role("button", name="Date").click()
    dialog = page.get_by_role("dialog", name="Move the date")
    expect(dialog.get_by_text("14 Jul 2024, 15:30")).to_be_visible()
    dialog.get_by_label("Hours").fill("2")
    dialog.get_by_label("To").select_option(label="earlier")
    expect(dialog.get_by_text("→ 14 Jul 2024, 13:30")).to_be_visible()
    expect(dialog.get_by_text("→ 15 Jul 2024, 07:00")).to_be_visible()
    screenshot(page, "move-desktop")
    assert_accessible(page)
    dialog.get_by_role("button", name="Move 2 photos").click()
    expect(dialog).to_have_count(0)
    assert taken(early + late) == ["2024-07-14T13:30", "2024-07-15T07:00"]
    page.get_by_role("button", name="Undo").click()
    wait_until("the dates are back", lambda: taken(early + late) == ["2024-07-14T15:30", "2024-07-15T09:00"])


def test_one_date_for_many_and_back(cast: Cast, visit: Visit) -> None:
    dated = hang(cast, cast.olive, 1, taken="2024:07:14 15:30:00")
    undated = hang(cast, cast.olive, 1)
    page = visit(cast.olive, PHONE)
    focus(page, undated[0])
    page.keyboard.press("Control+a")
    bar(page).get_by_role("button", name="Date").click()
    dialog = page.get_by_role("dialog", name="Move the date")
    expect(dialog.get_by_text("1 photo without a date stays without one.")).to_be_visible()
    dialog.get_by_role("radio", name="Set one date").check()
    dialog.get_by_label("Taken on").fill("2001-02-03T04:05")
    dialog.get_by_role("button", name="Move 2 photos").click()
    expect(dialog).to_have_count(0)
    assert taken(dated + undated) == ["2001-02-03T04:05", "2001-02-03T04:05"]
    page.get_by_role("button", name="Undo").click()
    wait_until("the dates are back", lambda: taken(dated + undated) == ["2024-07-14T15:30", None])


def taken(ids: list[str]) -> list[str | None]:
    moments = [Photo.objects.get(pk=photo).taken_at for photo in ids]
    return [moment.strftime("%Y-%m-%dT%H:%M") if moment else None for moment in moments]


def test_the_chosen_photos_come_in_one_file(cast: Cast, visit: Visit) -> None:
    ids = hang(cast, cast.olive, 4)
    page = visit(cast.olive)
    for photo in (ids[0], ids[2]):
        focus(page, photo)
        page.keyboard.press("x")
    bar(page).get_by_role("button", name="Download").click()
    dialog = page.get_by_role("dialog", name="Download photos")
    expect(dialog.get_by_role("radio", name="The 2 chosen")).to_be_checked()
    with zipfile.ZipFile(BytesIO(downloaded(page, dialog.get_by_role("link", name="Download")))) as archive:
        assert sum(name.endswith(".jpg") for name in archive.namelist()) == 2
    page.keyboard.press("Escape")
    says(page, 2)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_how_choosing_looks(cast: Cast, visit: Visit, viewport: dict[str, int]) -> None:
    hang(cast, cast.olive, 6)
    mine = hang(cast, cast.cleo, 6)
    page = visit(cast.cleo, viewport)
    expect(page.locator("[data-photo]:not([data-sharp])")).to_have_count(0)
    size = "phone" if viewport == PHONE else "desktop"
    focus(page, mine[1])
    page.keyboard.press("x")
    for _ in range(6):
        page.keyboard.press("Shift+ArrowRight")
    expect(bar(page).get_by_text("2 of 7 are not yours")).to_be_visible()
    screenshot(page, f"choosing-{size}")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    bar(page).get_by_role("button", name="Caption").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Save")).to_be_enabled()
    screenshot(page, f"caption-many-{size}")
    assert_accessible(page)

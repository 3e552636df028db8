"""One photo at a time: its details, what moves, what failed, and what comes meanwhile."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from rooms.models import Photo, PhotoState
from tests.browser.conftest import DESKTOP, PHONE, Visit, screenshot
from tests.browser.library import added, look_at, shown_picture
from tests.browser.test_accessibility import assert_accessible
from tests.people import Cast
from tests.pictures import photograph, picture
from tests.services import wait_until

FRAMES = 12


def moving() -> bytes:
    """A GIF of a colour that changes all the time."""
    frames = [Image.new("RGB", (320, 240), (20 * number, 255 - 20 * number, 90)) for number in range(FRAMES)]
    buffer = BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=60, loop=0)
    return buffer.getvalue()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_details_open_by_button_and_by_key_and_tell_what_the_file_says(cast: Cast, visit: Visit, viewport: dict[str, int]) -> None:
    photo = added(cast, cast.cleo, picture("JPEG", size=(2400, 1600), gps=True, taken="2026:07:03 14:05:00"), caption="At the lake")
    other = added(cast, cast.mo, photograph("chelsea.png"))
    page = visit(cast.cleo, viewport, timezone_id="Asia/Tokyo", locale="en-GB")
    look_at(page, photo)
    button = page.get_by_role("button", name="Details", exact=True)
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    details = page.get_by_role("region", name="Details")
    for words in ("You", "3 July 2026 at 14:05", "2400 × 1600 pixels", "JPEG", "Test camera", "47.3667° N, 8.5333° E", "as it came"):
        expect(details).to_contain_text(words)
    expect(details).to_be_focused()
    assert_accessible(page)
    screenshot(page, f"details-{'phone' if viewport == PHONE else 'desktop'}")

    page.keyboard.press("ArrowLeft")
    expect(details).to_contain_text("Mo")
    expect(details).to_contain_text("PNG")
    expect(details).not_to_contain_text("Test camera")
    assert other["id"] in page.url
    page.keyboard.press("Escape")
    expect(details).to_have_count(0)
    expect(button).to_be_focused()
    page.keyboard.press("i")
    expect(details).to_be_visible()
    page.keyboard.press("i")
    expect(details).to_have_count(0)
    page.keyboard.press("i")
    expect(details).to_be_focused()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator(f"[data-photo='{other['id']}'] button")).to_be_focused()


def test_an_animation_moves_in_the_viewer_and_can_be_stopped(cast: Cast, visit: Visit) -> None:
    photo = added(cast, cast.cleo, moving())
    assert photo["animated"]
    page = visit(cast.vic)
    shown = shown_picture(look_at(page, photo))
    wait_until("it moves", lambda: shown.screenshot() != shown.screenshot())
    page.get_by_role("button", name="Stop the animation").click()
    expect(page.get_by_role("button", name="Play the animation")).to_be_visible()
    expect(shown).to_have_attribute("src", photo["media"]["grid"])
    assert_accessible(page)


def test_an_animation_stands_still_for_people_who_asked_for_less_motion(cast: Cast, visit: Visit) -> None:
    photo = added(cast, cast.cleo, moving())
    page = visit(cast.vic, PHONE, reduced_motion="reduce")
    shown = shown_picture(look_at(page, photo))
    play = page.get_by_role("button", name="Play the animation")
    expect(play).to_be_visible()
    expect(shown).to_have_attribute("src", photo["media"]["grid"])
    screenshot(page, "animation-still-phone")
    play.click()
    expect(shown).to_have_attribute("src", photo["media"]["view"])
    wait_until("it moves", lambda: shown.screenshot() != shown.screenshot())


def test_a_failed_photo_says_why_and_is_tried_again_by_whoever_may(cast: Cast, visit: Visit) -> None:
    photo = added(cast, cast.cleo, picture("JPEG", size=(2400, 1600)))
    neighbour = added(cast, cast.mo, photograph("chelsea.png"))
    Photo.objects.filter(pk=photo["id"]).update(state=PhotoState.FAILED, error="The disk of the server was full.")
    vic, cleo = visit(cast.vic), visit(cast.cleo)
    for page in (vic, cleo):
        look_at(page, neighbour)
        wait_until("the keyboard turns the page", lambda page=page: turns_to(page, photo))  # type: ignore[misc]
        expect(page.get_by_text("This photo could not be developed. The disk of the server was full.")).to_be_visible()
    expect(vic.get_by_role("button", name="Try again")).to_have_count(0)
    shown = shown_picture(cleo.get_by_role("dialog", name="Photo"))
    expect(shown).to_have_attribute("src", photo["media"]["grid"])
    assert_accessible(cleo)
    screenshot(cleo, "failed-desktop")
    cleo.get_by_role("button", name="Try again").click()
    for page in (vic, cleo):
        expect(page.get_by_text("could not be developed")).to_have_count(0)
    expect(shown).to_have_attribute("src", photo["media"]["view"])  # it sharpens where it is
    assert shown.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 2016


def turns_to(page: Page, photo: dict[str, Any]) -> bool:
    if photo["id"] not in page.url:
        page.keyboard.press("ArrowRight")  # while it still opens, the viewer does not listen
    return photo["id"] in page.url


def test_photos_that_come_while_one_is_looked_at_can_be_turned_to_and_do_not_push_it_away(cast: Cast, visit: Visit) -> None:
    photo = added(cast, cast.cleo, photograph("rocket.jpg"))
    page = visit(cast.vic)
    viewer = look_at(page, photo)
    shown = shown_picture(viewer)
    shown.evaluate("(image) => { image.dataset.seen = 'yes' }")
    page.get_by_role("button", name="Details", exact=True).click()
    newer = added(cast, cast.mo, photograph("chelsea.png"))
    expect(viewer.locator(".pswp__counter")).to_have_text("2 / 2")
    assert photo["id"] in page.url
    expect(shown).to_have_attribute("data-seen", "yes")  # the very same picture, not one drawn anew
    swipe(page, 300, 700)
    expect(shown).to_have_attribute("src", newer["media"]["view"])
    assert newer["id"] in page.url

    assert cast.mo.api.delete(f"{cast.path}/photos/{newer['id']}").status_code == 204
    expect(viewer.locator(".pswp__counter")).to_have_text("1 / 1")
    expect(shown).to_have_attribute("src", photo["media"]["view"])
    assert photo["id"] in page.url


def swipe(page: Page, start: int, stop: int) -> None:
    page.mouse.move(start, 300)
    page.mouse.down()
    page.mouse.move(stop, 300, steps=8)
    page.mouse.up()

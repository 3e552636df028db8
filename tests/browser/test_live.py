"""The live core as people see it: who is here, what is coming, and what a lost line does to their work (nothing)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser.conftest import DESKTOP, PASSWORD, PHONE, OpenPage, screenshot, sign_in
from tests.browser.test_accessibility import assert_accessible, closes
from tests.browser.test_main_job import add_photos, caption_first, copy_link, join_as_new, make_room
from tests.people import Person
from tests.pictures import SIDEWAYS, photograph, picture
from tests.services import wait_until

HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SLOW = 40_000  # bytes a second


def share_room(olive: Person, open_page: OpenPage, name: str, viewport: dict[str, int] = PHONE) -> tuple[Page, Page]:
    """Olive's page and Ben's, both in a room she has just made."""
    hers = sign_in(open_page(DESKTOP), olive)
    make_room(hers, name)
    link = copy_link(hers)
    hers.keyboard.press("Escape")
    his = open_page(viewport)
    join_as_new(his, link, "Ben")
    for page in (hers, his):
        expect(chip(page)).to_have_attribute("data-status", "live")
    return hers, his


def chip(page: Page) -> Locator:
    return page.locator("[data-status]")


def keep(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


@contextmanager
def slow_line(page: Page) -> Iterator[None]:
    """While this lasts, what the page sends goes out slowly."""
    devtools = page.context.new_cdp_session(page)
    conditions = {"offline": False, "latency": 0, "downloadThroughput": -1}
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", conditions | {"uploadThroughput": SLOW})
    yield
    devtools.send("Network.emulateNetworkConditions", conditions | {"uploadThroughput": -1})


def test_people_see_who_else_is_here_and_whether_they_look(olive: Person, open_page: OpenPage) -> None:
    hers, his = share_room(olive, open_page, "Garden party")
    expect(hers.get_by_title("Ben is here")).to_be_visible()
    expect(his.get_by_title("Olive is here")).to_be_visible()

    his.evaluate(HIDE, True)
    expect(hers.locator("[data-looking=false]")).to_have_text("B")
    his.evaluate(HIDE, False)
    expect(hers.locator("[data-looking=true]")).to_have_text("B")

    hers.get_by_role("button", name=re.compile("^Members")).first.click()
    row = hers.get_by_role("listitem", name="Ben")
    expect(row).to_contain_text("Here now")
    assert_accessible(hers)
    screenshot(hers, "members-here-desktop")
    his.close()
    expect(row).not_to_contain_text("Here now")
    hers.keyboard.press("Escape")
    expect(hers.locator("[data-looking]")).to_have_count(0)


def test_one_person_with_two_tabs_is_here_once_and_until_both_are_closed(olive: Person, open_page: OpenPage) -> None:
    hers, his = share_room(olive, open_page, "Two tabs")
    again = his.context.new_page()
    again.goto(hers.url)
    expect(chip(again)).to_have_attribute("data-status", "live")
    again.evaluate(HIDE, True)
    expect(hers.locator("[data-looking=true]")).to_have_count(1)
    his.close()
    expect(hers.locator("[data-looking=false]")).to_have_count(1)
    again.close()
    expect(hers.locator("[data-looking]")).to_have_count(0)


def test_a_photo_is_seen_coming_before_it_is_there_and_takes_its_own_place(olive: Person, open_page: OpenPage, tmp_path: Path) -> None:
    hers, his = share_room(olive, open_page, "On its way", DESKTOP)
    add_photos(his, [keep(tmp_path, name, photograph(name)) for name in ("coffee.png", "chelsea.png")])
    for page in (hers, his):
        expect(page.locator("[data-photo][data-sharp]")).to_have_count(2)
    sideways = picture("JPEG", of="astronaut.png", size=(2400, 1600), orientation=SIDEWAYS)

    with slow_line(his):
        add_photos(his, [keep(tmp_path, "sideways.jpg", sideways)])
        coming = hers.get_by_role("progressbar", name="Ben is sending a photo")
        expect(coming).to_have_attribute("aria-valuenow", re.compile("^[1-9]"))
        expect(coming).to_have_css("background-image", re.compile("^url"))  # the blur his browser made of it
        expect(hers.locator("[data-photo]")).to_have_count(2)
        expect(his.get_by_role("progressbar", name="You are sending a photo")).to_have_count(1)
        assert_accessible(hers)
        screenshot(hers, "incoming-desktop")
        berth = box(coming)
        assert berth["width"] < berth["height"]  # upright, as the photo will be
    expect(hers.locator("[data-photo][data-sharp]")).to_have_count(3)
    expect(coming).to_have_count(0)
    assert box(hers.locator("[data-photo]").first) == berth


def box(tile: Locator) -> FloatRect:
    handle = tile.element_handle()
    handle.wait_for_element_state("stable")
    rectangle = handle.bounding_box()
    assert rectangle is not None
    return rectangle


def test_an_upload_that_is_given_up_is_no_longer_announced(olive: Person, open_page: OpenPage, tmp_path: Path) -> None:
    hers, his = share_room(olive, open_page, "Second thoughts")
    with slow_line(hers):
        add_photos(hers, [keep(tmp_path, "big.png", photograph("astronaut.png"))])
        expect(his.locator("[data-incoming]")).to_have_count(1)
        screenshot(his, "incoming-phone")
        hers.get_by_role("region", name="Uploads").get_by_role("button", name="Cancel").first.click()
        for page in (hers, his):
            expect(page.locator("[data-incoming]")).to_have_count(0)


def test_work_done_offline_waits_and_arrives_and_so_does_what_others_did(olive: Person, open_page: OpenPage, tmp_path: Path) -> None:
    hers, his = share_room(olive, open_page, "Tunnel")
    add_photos(his, [keep(tmp_path, "cat.png", photograph("chelsea.png"))])
    expect(hers.locator("[data-photo][data-sharp]")).to_have_count(1)
    caption_first(his, "Before the tunnel")
    expect(hers.get_by_role("button", name="Before the tunnel")).to_be_visible()
    wait_until("Escape closes the viewer", lambda: closes(his))

    his.context.set_offline(True)
    expect(chip(his)).to_contain_text("Offline: your changes wait")
    his.locator("[data-photo] button").first.click()
    his.get_by_role("button", name="Edit caption").click()
    his.get_by_role("textbox", name="Caption").fill("Written in the tunnel")
    his.keyboard.press("Enter")
    wait_until("Escape closes the viewer", lambda: closes(his))
    expect(his.get_by_role("button", name="Written in the tunnel")).to_be_visible()
    expect(chip(his)).to_contain_text("Offline: 1 change waits")
    add_photos(his, [keep(tmp_path, "coffee.png", photograph("coffee.png"))])
    expect(chip(his)).to_contain_text("Offline: 2 changes wait")
    assert_accessible(his)
    screenshot(his, "offline-phone")
    add_photos(hers, [keep(tmp_path, "rocket.jpg", photograph("rocket.jpg"))])
    expect(hers.locator("[data-photo][data-sharp]")).to_have_count(2)
    expect(hers.get_by_role("button", name="Before the tunnel")).to_be_visible()
    expect(his.locator("[data-photo]")).to_have_count(1)

    his.context.set_offline(False)
    expect(hers.get_by_role("button", name="Written in the tunnel")).to_be_visible()
    for page in (hers, his):
        expect(page.locator("[data-photo][data-sharp]")).to_have_count(3)
    expect(chip(his)).to_have_attribute("data-status", "live")
    expect(chip(his)).not_to_contain_text("wait")


def test_a_removal_offline_can_be_undone_and_is_nobody_elses_business(olive: Person, open_page: OpenPage, tmp_path: Path) -> None:
    hers, his = share_room(olive, open_page, "Slip of the thumb")
    add_photos(hers, [keep(tmp_path, "cat.png", photograph("chelsea.png"))])
    expect(his.locator("[data-photo][data-sharp]")).to_have_count(1)
    caption_first(hers, "Keep me")
    hers.context.set_offline(True)
    hers.get_by_role("button", name="Delete photo").click()
    expect(hers.locator("[data-photo]")).to_have_count(0)
    expect(chip(hers)).to_contain_text("1 change waits")
    hers.get_by_role("button", name="Undo").click()
    expect(hers.locator("[data-photo]")).to_have_count(1)
    expect(chip(hers)).to_contain_text("your changes wait")
    hers.context.set_offline(False)
    expect(chip(hers)).to_have_attribute("data-status", "live")
    expect(his.locator("[data-photo]")).to_have_count(1)


def test_a_new_password_in_one_tab_does_not_throw_the_other_out(olive: Person, open_page: OpenPage) -> None:
    room = sign_in(open_page(), olive)
    address = make_room(room, "Two tabs")
    expect(chip(room)).to_have_attribute("data-status", "live")
    account = room.context.new_page()
    account.goto(f"{olive.server.url}/accounts/password/change/")
    account.get_by_label("Current password").fill(PASSWORD)
    for label in ("New password", "New password (again)"):
        account.get_by_label(label, exact=True).fill("another sentence that nobody guesses")
    with room.expect_websocket():  # the server ends the old session's socket, and a new one comes
        account.get_by_role("button", name="Change password").click()
    expect(chip(room)).to_have_attribute("data-status", "live")
    assert room.url == address


def test_signing_out_in_one_tab_ends_the_other(olive: Person, open_page: OpenPage) -> None:
    room = sign_in(open_page(), olive)
    make_room(room, "Two tabs")
    expect(chip(room)).to_have_attribute("data-status", "live")
    account = room.context.new_page()
    account.goto(f"{olive.server.url}/accounts/logout/")
    account.get_by_role("button", name="Sign out").click()
    room.wait_for_url(re.compile(r"/accounts/login/\?next="))

"""What Salon is for, as two people live it: a room, a link, photos on the other's screen at once."""

import re
import time
from base64 import b64encode
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PASSWORD, PHONE, MakeAccount, OpenPage, screenshot, sign_in
from tests.people import Person, make_person
from tests.pictures import SIDEWAYS, photograph, picture

ARRIVAL_SECONDS = 1.0
# Notes in the page itself when each tile turned sharp; asking from outside would add its own delay.
WATCH_TILES = """() => {
  window.sharpAt = {};
  const note = () => document.querySelectorAll("[data-photo][data-sharp]").forEach((tile) => {
    window.sharpAt[tile.dataset.photo] ??= Date.now() / 1000;
  });
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


@pytest.fixture
def photographs(tmp_path: Path) -> list[Path]:
    """Photographs as they come out of phones and cameras."""
    contents = {
        "rocket.jpg": photograph("rocket.jpg"),
        "astronaut.png": photograph("astronaut.png"),
        "cat.png": photograph("chelsea.png"),
        "galaxies.jpg": photograph("hubble_deep_field.jpg"),
        "sideways.jpg": picture("JPEG", of="coffee.png", size=(2400, 1600), orientation=SIDEWAYS),
        "phone.heic": picture("HEIF", of="astronaut.png", size=(1512, 1512)),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return [tmp_path / name for name in contents]


def make_room(page: Page, name: str) -> str:
    page.get_by_role("textbox", name="What is it for?").fill(name)
    page.get_by_role("button", name="New room").click()
    page.wait_for_url(re.compile(r"/rooms/\w+$"))
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    return page.url


def copy_link(page: Page) -> str:
    page.get_by_role("button", name="Invite", exact=True).first.click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_role("textbox", name="Link").input_value()
    expect(page.get_by_text("Copied")).to_be_visible()  # a new link is copied by making it
    assert page.evaluate("navigator.clipboard.readText()") == link
    return link


def join_as_new(page: Page, link: str, name: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Create an account").click()
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Email").fill(f"{name.lower()}-{time.time_ns()}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name=re.compile("Create|Sign up|Join")).click()


def add_photos(page: Page, files: list[Path]) -> None:
    page.locator("input[type=file]").first.set_input_files(files)


def is_live(page: Page) -> None:
    expect(page.locator("[data-status]")).to_have_attribute("data-status", re.compile("live|up-to-date"))


def test_two_people_share_photos_live_and_a_stranger_gets_nothing(
    olive: Person, make_account: MakeAccount, open_page: OpenPage, photographs: list[Path]
) -> None:
    hers = sign_in(open_page(DESKTOP), olive)
    room = make_room(hers, "Summer by the lake")
    link = copy_link(hers)
    screenshot(hers, "invite-desktop")
    hers.keyboard.press("Escape")

    his = open_page(PHONE)
    his.goto(link)
    screenshot(his, "join-phone")
    join_as_new(his, link, "Ben")
    his.wait_for_url(room)  # in that very room, not on some front page
    is_live(his)
    is_live(hers)

    his.evaluate(WATCH_TILES)
    uploaded: dict[str, float] = {}
    hers.on("requestfinished", lambda request: uploaded.update(finished(request)))
    for count in range(2, len(photographs) + 1, 2):  # two at a time: arrival is measured here, not the length of the worker's queue
        add_photos(hers, photographs[count - 2 : count])
        expect(his.locator("[data-photo][data-sharp]")).to_have_count(count)
    expect(hers.locator("[data-photo][data-sharp]")).to_have_count(len(photographs))
    sharp = his.evaluate("window.sharpAt")
    waits = sorted(sharp[photo] - uploaded[photo] for photo in uploaded)
    assert len(waits) == len(photographs)
    print(f"\nfrom the end of the upload to the sharp tile: {[f'{wait:.2f}' for wait in waits]} s, median {median(waits):.2f} s")
    assert median(waits) < ARRIVAL_SECONDS
    expect(hers.get_by_role("region", name="Uploads")).to_be_hidden(timeout=30_000)
    screenshot(hers, "room-desktop")
    screenshot(his, "room-phone")

    caption_first(hers, "Lift-off over the lake")
    expect(his.get_by_role("button", name=re.compile("Lift-off over the lake"))).to_be_visible()
    screenshot(hers, "viewer-desktop")
    hers.get_by_role("button", name="Delete photo").click()
    expect(his.locator("[data-photo]")).to_have_count(len(photographs) - 1)
    hers.get_by_role("button", name="Undo").click()
    expect(his.locator("[data-photo]")).to_have_count(len(photographs))

    strangers_get_nothing(make_account("Sam"), open_page, room, hers)


def finished(request: object) -> dict[str, float]:
    """The photo an upload made, and when its answer was there."""
    response = request.response()  # type: ignore[attr-defined]
    photo = response.headers.get("salon-photo") if request.method == "PATCH" else None  # type: ignore[attr-defined]
    return {photo: request.timing["startTime"] / 1000 + request.timing["responseStart"] / 1000} if photo else {}  # type: ignore[attr-defined]


def caption_first(page: Page, caption: str) -> None:
    page.locator("[data-photo] button").first.click()
    page.get_by_role("button", name="Add a caption").click()
    page.get_by_role("textbox", name="Caption").fill(caption)
    page.keyboard.press("Enter")
    expect(page.get_by_text(caption).first).to_be_visible()


def strangers_get_nothing(stranger: Person, open_page: OpenPage, room: str, hers: Page) -> None:
    picture_address = hers.locator("[data-photo] img").first.get_attribute("src")
    assert picture_address is not None
    assert hers.request.get(f"{stranger.server.url}{picture_address}").status == 200  # so that the 404 below says something
    nobody = open_page()
    nobody.goto(room)
    assert "/accounts/login" in nobody.url
    sam = sign_in(open_page(), stranger)
    answer = sam.goto(room)
    assert answer is not None
    assert answer.status == 404
    screenshot(sam, "not-found-desktop")
    for page in (nobody, sam):
        assert page.request.get(f"{stranger.server.url}{picture_address}").status == 404


def test_a_member_who_is_removed_is_told_so_at_once(olive: Person, open_page: OpenPage) -> None:
    hers = sign_in(open_page(), olive)
    make_room(hers, "Book club")
    link = copy_link(hers)
    hers.keyboard.press("Escape")
    his = open_page(PHONE)
    join_as_new(his, link, "Ben")
    is_live(his)
    hers.get_by_role("button", name=re.compile("^Members")).first.click()
    screenshot(hers, "members-desktop")
    hers.get_by_role("button", name="Remove Ben").click()
    hers.get_by_role("dialog").get_by_role("button", name=re.compile("^Remove")).last.click()
    expect(his.get_by_text("You are no longer in this room")).to_be_visible()
    screenshot(his, "removed-phone")


def test_the_link_survives_the_detour_through_sign_in(olive: Person, open_page: OpenPage) -> None:
    hers = sign_in(open_page(), olive)
    room = make_room(hers, "Choir")
    link = copy_link(hers)
    sam = make_person(olive.server, "Sam", PASSWORD)
    his = open_page()
    his.goto(link)
    his.get_by_role("button", name="I have an account").click()
    his.get_by_label("Email").fill(sam.user.email)
    his.get_by_label("Password", exact=True).fill("wrong the first time")
    his.get_by_role("button", name="Sign in").click()
    his.get_by_label("Password", exact=True).fill(PASSWORD)
    his.get_by_role("button", name="Sign in").click()
    his.wait_for_url(room)


def test_a_file_that_is_no_photo_says_so_and_the_others_go_on(olive: Person, open_page: OpenPage, tmp_path: Path) -> None:
    page = sign_in(open_page(), olive)
    make_room(page, "Mixed bag")
    (tmp_path / "broken.jpg").write_bytes(photograph("rocket.jpg")[:30_000])
    (tmp_path / "good.png").write_bytes(photograph("coffee.png"))
    add_photos(page, [tmp_path / "broken.jpg", tmp_path / "good.png"])
    expect(page.locator("[data-photo][data-sharp]")).to_have_count(1)
    tray = page.get_by_role("region", name="Uploads")
    expect(tray.get_by_text("damaged")).to_be_visible()
    screenshot(page, "upload-error-desktop")


def test_a_lost_line_is_caught_up_without_a_reload(olive: Person, open_page: OpenPage, photographs: list[Path]) -> None:
    hers = sign_in(open_page(), olive)
    make_room(hers, "Tunnel")
    link = copy_link(hers)
    hers.keyboard.press("Escape")
    his = open_page(PHONE)
    join_as_new(his, link, "Ben")
    is_live(his)
    his.context.set_offline(True)
    expect(his.locator("[data-status]")).to_have_attribute("data-status", re.compile("offline|reconnecting"))
    add_photos(hers, photographs[:2])
    expect(hers.locator("[data-photo][data-sharp]")).to_have_count(2)
    assert his.locator("[data-photo]").count() == 0
    his.context.set_offline(False)
    expect(his.locator("[data-photo][data-sharp]")).to_have_count(2)
    is_live(his)


# A file as the browser itself makes it, handed over the way a mouse or a keyboard would.
HAND_OVER = """([type, name, base64]) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type: "image/png" }));
  const [kind, field] = type === "drop" ? [DragEvent, "dataTransfer"] : [ClipboardEvent, "clipboardData"];
  document.body.dispatchEvent(new kind(type, { bubbles: true, cancelable: true, [field]: transfer }));
}"""


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_photos_can_be_dropped_and_pasted_anywhere_on_the_page(olive: Person, open_page: OpenPage, way: str) -> None:
    page = sign_in(open_page(), olive)
    make_room(page, "By hand")
    page.evaluate(HAND_OVER, [way, "cat.png", b64encode(photograph("chelsea.png")).decode()])
    expect(page.locator("[data-photo][data-sharp]")).to_have_count(1)

"""Photos on their way, as people live it: nothing chosen is lost, nothing is sent twice, and everybody sees it coming."""

import os
import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenPage, screenshot
from tests.browser.sending import PIECE, PIECES, UPLOADS, Sent, count_kept, enter, held, photos, tray, unfold, unlike, until
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_live import box, keep
from tests.browser.test_main_job import add_photos
from tests.people import Cast
from tests.pictures import SIDEWAYS, photograph, picture
from tests.services import wait_until


@pytest.fixture
def hers(cast: Cast, open_page: OpenPage) -> Page:
    return enter(open_page(DESKTOP), cast.olive, cast)


@pytest.fixture
def his(cast: Cast, open_page: OpenPage) -> Page:
    return enter(open_page(PHONE), cast.cleo, cast)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Three pieces: noise that no format makes smaller."""
    buffer = BytesIO()
    Image.frombytes("RGB", (2000, 2000), os.urandom(12_000_000)).save(buffer, "PNG", compress_level=0)
    return keep(tmp_path, "large.png", buffer.getvalue())


def test_a_reload_in_the_middle_goes_on_with_the_next_piece(hers: Page, large: Path) -> None:
    sent = Sent(hers.context)
    with held(hers, offset=PIECE):
        add_photos(hers, [large])
        until(hers, "the second piece is begun", lambda: PIECE in sent.offsets)
        wait_until("the file is stored", lambda: count_kept(hers) == 1)
        hers.reload()
    expect(hers.locator("[data-photo][data-sharp]")).to_have_count(1, timeout=60_000)
    assert sent.begun == 1
    assert sent.offsets == [0, PIECE, PIECE, 2 * PIECE]
    wait_until("nothing is left behind", lambda: count_kept(hers) == 0)


def test_what_a_closed_page_was_sending_the_next_one_goes_on_with(cast: Cast, hers: Page, large: Path, tmp_path: Path) -> None:
    sent = Sent(hers.context)
    with held(hers, offset=PIECE):
        add_photos(hers, [large, *photos(tmp_path, 2)])
        until(hers, "the second piece is begun", lambda: PIECE in sent.offsets)
        wait_until("the large file is stored", lambda: count_kept(hers) >= 1)
        unfold(hers)
        expect(hers.locator("[data-upload=done]")).to_have_count(2)
        hers.close()
    again = enter(hers.context.new_page(), cast.olive, cast)
    expect(again.locator("[data-photo][data-sharp]")).to_have_count(3, timeout=60_000)
    assert sent.begun == 3
    assert sent.offsets.count(0) == 3
    expect(tray(again)).to_be_hidden(timeout=30_000)


def test_two_tabs_do_not_send_the_same_photo_and_one_takes_over_from_the_other(cast: Cast, hers: Page, large: Path) -> None:
    sent = Sent(hers.context)
    with held(hers, offset=PIECE) as waiting:
        add_photos(hers, [large])
        until(hers, "the second piece is begun", lambda: PIECE in sent.offsets)
        wait_until("the file is stored", lambda: count_kept(hers) == 1)
        other = enter(hers.context.new_page(), cast.olive, cast)
        expect(other.get_by_role("progressbar", name="You are sending a photo")).to_be_visible()
        expect(tray(other)).to_have_count(0)
        assert sent.offsets == [0, PIECE]
        waiting[0].abort()  # or the page that closes may still let it go
        hers.close()
    expect(other.locator("[data-photo][data-sharp]")).to_have_count(1, timeout=60_000)
    assert sent.begun == 1
    assert sent.offsets == [0, PIECE, PIECE, 2 * PIECE]


def test_nobody_goes_on_with_what_somebody_else_left_at_this_computer(cast: Cast, hers: Page, large: Path) -> None:
    sent = Sent(hers.context)
    with held(hers):
        add_photos(hers, [large])
        until(hers, "the first piece is begun", lambda: bool(sent.offsets))
        wait_until("the file is stored", lambda: count_kept(hers) == 1)
        hers.goto("about:blank")
    hers.context.clear_cookies()
    enter(hers, cast.cleo, cast)
    wait_until("it is let go", lambda: count_kept(hers) == 0)
    enter(hers, cast.olive, cast)
    expect(hers.locator("[data-photo]")).to_have_count(0)
    assert (sent.begun, sent.offsets) == (1, [0])


def test_paused_photos_stand_still_and_go_on_where_they_were(hers: Page, large: Path) -> None:
    sent = Sent(hers.context)
    with held(hers, offset=PIECE):
        add_photos(hers, [large])
        until(hers, "the second piece is begun", lambda: PIECE in sent.offsets)
        unfold(hers)
        tray(hers).get_by_role("button", name="Pause large.png").click()
        expect(hers.locator("[data-upload=paused]")).to_have_count(1)
        expect(tray(hers)).to_contain_text("1 photo waits")
        assert_accessible(hers)
        screenshot(hers, "tray-paused-desktop")
    assert sent.offsets == [0, PIECE]
    tray(hers).get_by_role("button", name="Go on with all").click()
    expect(hers.locator("[data-photo][data-sharp]")).to_have_count(1, timeout=60_000)
    assert sent.begun == 1
    assert sent.offsets == [0, PIECE, PIECE, 2 * PIECE]


def test_a_cancelled_photo_vanishes_from_every_wall_and_from_the_server(cast: Cast, hers: Page, his: Page, tmp_path: Path) -> None:
    with held(hers):
        add_photos(hers, photos(tmp_path, 2))
        expect(his.locator("[data-incoming][data-previewed]")).to_have_count(2)
        expect(hers.locator("[data-incoming][data-previewed]")).to_have_count(2)
        unfold(hers)
        with hers.expect_response(lambda response: response.request.method == "DELETE") as answer:
            tray(hers).get_by_role("button", name="Cancel IMG_0000.jpg").click()
        assert answer.value.status == 204
        for page in (hers, his):
            expect(page.locator("[data-incoming]")).to_have_count(1)
        assert len(cast.olive.api.get(f"{cast.path}/uploads").json()["items"]) == 1
    for page in (hers, his):
        expect(page.locator("[data-photo][data-sharp]")).to_have_count(1)
        expect(page.locator("[data-incoming]")).to_have_count(0)
    assert cast.olive.api.get(f"{cast.path}/uploads").json()["items"] == []


# Notes in the page itself what stands in its grid at every frame.
WATCH_WALL = """() => {
  window.wall = new Set();
  const name = ({ incoming, previewed, sharp }) => {
    if (incoming !== undefined) return previewed === undefined ? "blur" : "preview";
    return sharp === undefined ? "photo" : "sharp";
  };
  const look = () => {
    const tiles = [...document.querySelectorAll("[data-incoming], [data-photo]")];
    window.wall.add(tiles.map(({ dataset }) => name(dataset)).join(" "));
    requestAnimationFrame(look);
  };
  look();
}"""


def test_others_see_a_small_picture_before_the_photo_and_it_sharpens_in_its_place(hers: Page, his: Page, tmp_path: Path) -> None:
    first, second = photos(tmp_path, 2)
    add_photos(hers, [first])
    expect(his.locator("[data-photo][data-sharp]")).to_have_count(1)
    his.evaluate(WATCH_WALL)
    with held(hers):
        add_photos(hers, [second])
        coming = his.get_by_role("progressbar", name="Olive is sending a photo")
        expect(coming).to_have_attribute("data-previewed", "")
        assert_accessible(his)
        screenshot(his, "preview-phone")
        berth = box(coming)
        assert his.locator("[data-photo]").count() == 1
        behind = his.locator("[data-incoming] img").evaluate("(image) => [image.naturalWidth, image.naturalHeight]")
        assert behind == [480, 320]
    expect(his.locator("[data-photo][data-sharp]")).to_have_count(2)
    expect(coming).to_have_count(0)
    assert box(his.locator("[data-photo]").first) == berth
    wall = his.evaluate("[...window.wall]")
    assert wall[-1] == "sharp sharp"
    assert {"sharp blur", "sharp preview"} <= set(wall)


def test_a_small_picture_stands_upright_like_its_photo(cast: Cast, hers: Page, his: Page, tmp_path: Path) -> None:
    sideways = picture("JPEG", of="astronaut.png", size=(2400, 1600), orientation=SIDEWAYS)
    with held(hers):
        add_photos(hers, [keep(tmp_path, "sideways.jpg", sideways)])
        coming = his.locator("[data-incoming][data-previewed]")
        address = f"/media/{cast.slug}/uploads/{coming.get_attribute('data-incoming')}/preview"
        small = cast.cleo.browser.get(address)
        assert small.headers["content-type"] == "image/webp"
    expect(his.locator("[data-photo][data-sharp]")).to_have_count(1)
    photo = cast.cleo.api.get(f"{cast.path}/photos").json()["items"][0]
    assert unlike(small.content, cast.cleo.browser.get(photo["media"]["grid"]).content) < 8
    assert cast.cleo.browser.get(address).status_code == 404


def test_what_the_room_has_is_not_sent_again(hers: Page, tmp_path: Path) -> None:
    files = photos(tmp_path, 3)
    add_photos(hers, files[:2])
    expect(hers.locator("[data-photo][data-sharp]")).to_have_count(2)
    sent = Sent(hers.context)
    add_photos(hers, files)
    expect(tray(hers)).to_contain_text("2 photos already here")
    expect(hers.locator("[data-photo]")).to_have_count(3)
    assert sent.begun == 1


def test_limits_are_told_with_the_numbers_of_the_server_before_anything_is_sent(hers: Page, large: Path, tmp_path: Path) -> None:
    files = photos(tmp_path, 8)
    fit = 4
    left = sum(file.stat().st_size for file in files[:fit])

    def limit(route: Route) -> None:
        if route.request.method != "GET":
            return route.continue_()
        return route.fulfill(json={"items": [], "next": None, "largest": 3_000_000, "left": left})

    hers.route(UPLOADS, limit)
    sent = Sent(hers.context)
    add_photos(hers, [large, *files])
    expect(tray(hers)).to_contain_text("at most 3 MB can be added")
    expect(tray(hers)).to_contain_text(
        re.compile(r"These 8 photos need [\d.]+ [kM]B, and [\d.]+ [kM]B are left in this room\. 4 that fit are sent\.")
    )
    screenshot(hers, "tray-space-desktop")
    expect(hers.locator("[data-photo][data-sharp]")).to_have_count(fit)
    assert sent.begun == fit
    assert_accessible(hers)
    hers.unroute(UPLOADS)
    tray(hers).get_by_role("button", name="Try all again").click()
    expect(hers.locator("[data-photo][data-sharp]")).to_have_count(len(files))
    unfold(hers)
    expect(hers.locator("[data-upload=failed]")).to_have_count(1)


def test_a_server_that_stumbles_is_waited_for_and_nothing_is_lost(hers: Page, tmp_path: Path) -> None:
    stumbles = iter([502, 423, 409, 503])

    def stumble(route: Route) -> None:
        status = next(stumbles, None) if route.request.method == "PATCH" else None
        if status:
            route.fulfill(status=status, body="")
        else:
            route.continue_()

    hers.route(PIECES, stumble)
    add_photos(hers, photos(tmp_path, 2))
    expect(hers.locator("[data-photo][data-sharp]")).to_have_count(2, timeout=60_000)
    assert next(stumbles, None) is None


def test_photos_that_tell_their_place_say_so_while_they_are_sent(hers: Page, tmp_path: Path) -> None:
    with held(hers):
        heic = keep(tmp_path, "IMG_1.heic", picture("HEIF", of="astronaut.png", size=(640, 640), gps=True))
        add_photos(hers, [*photos(tmp_path, 2, gps=True), heic, keep(tmp_path, "plain.png", photograph("coffee.png"))])
        expect(tray(hers)).to_contain_text("3 photos know where they were taken. The room will not see it.")
    expect(hers.locator("[data-photo][data-sharp]")).to_have_count(4)


def test_in_a_room_that_hands_out_everything_a_place_waits_for_a_word(cast: Cast, hers: Page, tmp_path: Path) -> None:
    assert cast.olive.api.patch(cast.path, json={"originals": "as_is"}).status_code == 200
    hers.reload()
    located = photos(tmp_path, 2, gps=True)
    add_photos(hers, [*located, keep(tmp_path, "plain.png", photograph("coffee.png"))])
    question = tray(hers).get_by_role("group", name="Places")
    expect(question).to_contain_text("2 photos know where they were taken. Others can see it when they download them.")
    expect(hers.locator("[data-photo][data-sharp]")).to_have_count(1)
    assert_accessible(hers)
    screenshot(hers, "tray-place-desktop")
    question.get_by_role("button", name="Keep them back").click()
    expect(tray(hers)).to_contain_text("1 photo added")
    add_photos(hers, located)
    question.get_by_role("button", name="Send them").click()
    expect(hers.locator("[data-photo][data-sharp]")).to_have_count(3)


# The longest time for which the page did not draw, in milliseconds.
WATCH_FRAMES = """() => {
  window.longest = 0;
  let last = performance.now();
  const look = (now) => { window.longest = Math.max(window.longest, now - last); last = now; requestAnimationFrame(look); };
  requestAnimationFrame(look);
}"""


@pytest.mark.timeout(400)
def test_three_hundred_photos_in_one_pick(cast: Cast, hers: Page, his: Page, tmp_path: Path) -> None:
    files = [tmp_path / f"IMG_{number:04}.jpg" for number in range(300)]
    for number, file in enumerate(files):
        Image.new("RGB", (120, 80), (number % 256, 120, 90)).save(file, comment=str(number).encode())
    sent = Sent(hers.context)
    hers.evaluate(WATCH_FRAMES)
    add_photos(hers, files)
    unfold(hers)
    expect(tray(hers)).to_contain_text(re.compile(r"Sending \d+ of 300"))
    expect(tray(hers)).to_contain_text("and 240 more")
    assert hers.locator("[data-upload]").count() == 60
    expect(tray(hers)).to_contain_text("300 photos added", timeout=300_000)
    for page in (hers, his):
        expect(page.get_by_role("button", name=re.compile("Members: .* 300 photos"))).to_be_visible()
    assert sent.begun == 300
    print(f"\nlongest pause between two frames while 300 photos were sent: {hers.evaluate('window.longest'):.0f} ms")
    wait_until("nothing is left behind", lambda: count_kept(hers) == 0)

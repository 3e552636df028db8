"""A wall as people live it: a TV that shows what arrives, and a phone that steers it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from rooms.actions import invites, members
from rooms.actions import rooms as actions
from rooms.models import Role, Room
from tests.browser.conftest import PHONE, SCREENS, MakeAccount, OpenPage, screenshot, sign_in
from tests.browser.test_accessibility import assert_accessible
from tests.people import Person
from tests.pictures import photograph, picture

TV = {"width": 1920, "height": 1080}
# Notes in the page itself how many scenes were on the stage at once, and whether the screen was kept lit.
WATCH = """() => {
  window.most = 0;
  new MutationObserver(() => (window.most = Math.max(window.most, document.querySelectorAll(".layer").length)))
    .observe(document.body, { subtree: true, childList: true });
}"""
NOTE_LOCKS = """
  window.locks = [];
  WakeLock.prototype.request = async (kind) => void window.locks.push(kind);
"""


@dataclass
class Party:
    """Olive's room, Mo who moderates it, and a screen."""

    room: Room
    olive: Person
    mo: Person
    link: str

    @property
    def path(self) -> str:
        return f"/rooms/{self.room.slug}"

    def add(self, content: bytes, person: Person | None = None, **fields: str) -> dict[str, Any]:
        name = "a.png" if content.startswith(b"\x89PNG") else "a.jpg"
        answer = (person or self.olive).api.post(f"{self.path}/photos", files={"file": (name, content)}, data=fields)
        assert answer.status_code == 201, answer.text
        added: dict[str, Any] = answer.json()
        return added

    def remove(self, photo: dict[str, Any]) -> None:
        assert self.olive.api.delete(f"{self.path}/photos/{photo['id']}").status_code == 204

    def steer(self, **wish: Any) -> None:
        assert self.olive.api.patch(f"{self.path}/wall", json=wish).status_code == 200


@pytest.fixture
def party(olive: Person, make_account: MakeAccount) -> Iterator[Party]:
    mo = make_account("Mo")
    owner = actions.create(olive.user, "Anna & Jonas")
    members.join(mo.user, invites.create(owner, role=Role.MODERATOR).token)
    link = olive.api.post(f"/rooms/{owner.room.slug}/screens", json={"label": "Hall"}).json()["url"]
    yield Party(owner.room, olive, mo, link)
    for person in (olive, mo):
        person.close()


def hang(open_page: OpenPage, party: Party, **options: object) -> Page:
    tv = open_page(TV, **options)
    tv.add_init_script(NOTE_LOCKS)
    tv.goto(party.link)
    expect(tv.get_by_role("main")).to_have_attribute("data-wall", "live")
    return tv


def remote(open_page: OpenPage, party: Party, person: Person) -> Page:
    phone = sign_in(open_page(PHONE), person)
    phone.goto(f"{person.server.url}{party.path}")
    phone.get_by_role("button", name="More about this room").click()
    phone.get_by_role("menuitem", name="On the wall").click()
    expect(phone.get_by_role("dialog", name="On the wall").get_by_role("button", name="New screen")).to_be_visible()
    return phone


def figure(tv: Page, photo: dict[str, Any]) -> Locator:
    return tv.locator(f'figure[data-photo="{photo["id"]}"]')


def on_stage(tv: Page) -> list[str]:
    return [str(figure.get_attribute("data-photo")) for figure in tv.locator("figure[data-photo]").all()]


def shoot(tv: Page, name: str) -> None:
    tv.screenshot(path=SCREENS / f"{name}.png")


def test_a_screen_hangs_by_its_link_and_what_arrives_takes_the_stage(party: Party, open_page: OpenPage) -> None:
    tv = hang(open_page, party)
    assert tv.url == f"{party.olive.server.url}{party.path}/wall"  # and no key
    expect(tv.get_by_text("Photos appear here as soon as somebody adds one.")).to_be_visible()
    expect(tv.get_by_role("main")).to_have_css("cursor", "none")
    assert tv.evaluate("window.locks") == ["screen"]

    first = party.add(photograph("rocket.jpg"), caption="Lift-off, and everybody held their breath")
    expect(figure(tv, first)).to_contain_text("New from Olive")
    expect(figure(tv, first)).to_contain_text("Lift-off")
    second = party.add(picture("JPEG", of="coffee.png", size=(1600, 1067)), party.mo)
    expect(figure(tv, second)).to_contain_text("New from Mo", timeout=15_000)  # after the first has had its time
    party.olive.api.patch(f"{party.path}/photos/{second['id']}", json={"caption": "Second breakfast"})
    expect(figure(tv, second)).to_contain_text("Second breakfast")
    assert_accessible(tv)


def test_the_remote_on_a_moderators_phone_pauses_skips_and_pins(party: Party, open_page: OpenPage) -> None:
    photos = [party.add(photograph(name)) for name in ("rocket.jpg", "chelsea.png", "coffee.png")]
    tv, phone = hang(open_page, party), remote(open_page, party, party.mo)
    expect(tv.locator("figure")).to_have_count(1)
    phone.get_by_role("button", name="Pause").click()
    expect(phone.get_by_role("button", name="Go on")).to_be_visible()
    before = on_stage(tv)
    phone.get_by_role("button", name="Next photo").click()
    expect(tv.locator(f'figure[data-photo="{before[0]}"]')).to_have_count(0)
    pinned = next(photo for photo in photos if photo["id"] not in on_stage(tv))
    place = [photo["id"] for photo in reversed(photos)].index(pinned["id"])
    phone.get_by_role("dialog").get_by_role("button", name="Photo by Olive").nth(place).click()
    expect(figure(tv, pinned)).to_be_visible()
    expect(phone.get_by_role("button", name="Let it go")).to_be_visible()
    expect(phone.get_by_role("switch")).to_be_disabled()  # the code is the owner's business
    assert_accessible(phone)
    screenshot(phone, "wall-remote-moderator-phone")
    new = party.add(picture("JPEG", of="astronaut.png", size=(900, 600)))
    phone.get_by_role("button", name="Let it go").click()
    phone.get_by_role("button", name="Go on").click()
    expect(figure(tv, new)).to_contain_text("New from Olive")


def test_the_owner_shows_a_code_and_hangs_and_takes_down_a_screen(party: Party, open_page: OpenPage) -> None:
    party.add(picture("JPEG", of="chelsea.png", size=(1600, 1067)), caption="The cat, unimpressed")
    tv, phone = hang(open_page, party), remote(open_page, party, party.olive)
    code = tv.get_by_role("img", name="QR code of the link to join")
    expect(tv.locator("figure")).to_have_count(1)
    expect(code).to_have_count(0)
    phone.get_by_role("switch").check()
    expect(code).to_be_visible()
    assert_accessible(tv)
    shoot(tv, "wall-code-tv")
    phone.get_by_role("switch").uncheck()
    expect(code).to_have_count(0)

    phone.get_by_label("Where does it hang?").fill("Kitchen")
    phone.get_by_role("button", name="New screen").click()
    link = phone.get_by_role("textbox", name="Link for the screen").input_value()
    assert re.search(r"/wall/[\w-]{43}$", link)
    expect(phone.get_by_role("listitem", name="Kitchen")).to_contain_text("Not opened yet")
    expect(phone.get_by_role("listitem", name="Hall")).to_contain_text("On now")
    assert_accessible(phone)
    screenshot(phone, "wall-remote-phone")
    phone.get_by_role("button", name="Take down Hall").click()
    expect(tv.get_by_text("This wall is dark")).to_be_visible()
    expect(tv.locator("figure")).to_have_count(0)
    shoot(tv, "wall-dark-tv")
    assert tv.goto(f"{party.olive.server.url}{party.path}/wall").status == 404  # type: ignore[union-attr]


def test_it_goes_on_without_a_line_and_catches_up(party: Party, open_page: OpenPage) -> None:
    kept, gone = (party.add(photograph(name)) for name in ("rocket.jpg", "chelsea.png"))
    tv = hang(open_page, party)
    for photo in (kept, gone):  # both are at hand
        party.steer(pinned=photo["id"])
        expect(figure(tv, photo)).to_be_visible()
    party.steer(pinned=None)
    expect(figure(tv, gone)).to_have_count(0)  # it has heard of it
    tv.context.set_offline(True)
    expect(tv.get_by_role("status")).to_have_text("Offline", timeout=15_000)
    expect(tv.locator("figure").first).to_be_visible()
    before = on_stage(tv)[-1]
    tv.keyboard.press("ArrowRight")
    expect(tv.locator(f'figure[data-photo="{before}"]')).to_have_count(0)
    expect(tv.locator("figure img").first).to_be_visible()
    shoot(tv, "wall-offline-tv")
    party.remove(gone)
    new = party.add(picture("JPEG", of="coffee.png", size=(900, 600)))
    tv.context.set_offline(False)
    expect(figure(tv, new)).to_contain_text("New from Olive")
    expect(tv.get_by_role("status")).to_have_count(0)
    for _ in range(4):
        assert gone["id"] not in on_stage(tv)
        shown = on_stage(tv)[-1]
        tv.keyboard.press("ArrowRight")
        expect(tv.locator(f'figure[data-photo="{shown}"]')).to_have_count(0)


def test_a_removed_photo_vanishes_at_once(party: Party, open_page: OpenPage) -> None:
    party.add(photograph("rocket.jpg"))
    photo = party.add(photograph("chelsea.png"))
    tv = hang(open_page, party)
    party.steer(pinned=photo["id"])
    expect(tv.locator("figure")).to_have_count(1)
    expect(figure(tv, photo)).to_be_visible()
    tv.evaluate(
        """(id) => { window.lingered = null; new MutationObserver(() => {
            const there = document.querySelector(`figure[data-photo="${id}"]`);
            if (there && document.querySelectorAll(".layer").length > 1) window.lingered = true;
        }).observe(document.body, { subtree: true, childList: true }); }""",
        photo["id"],
    )
    party.remove(photo)
    expect(figure(tv, photo)).to_have_count(0)
    expect(tv.locator("figure")).to_have_count(1)
    assert tv.evaluate("window.lingered") is None  # it did not fade while the next one was there


@pytest.mark.parametrize(("motion", "layers"), [("no-preference", 2), ("reduce", 1)])
def test_scenes_fade_into_one_another_unless_somebody_wants_less_motion(
    party: Party, open_page: OpenPage, motion: str, layers: int
) -> None:
    for name in ("rocket.jpg", "chelsea.png"):
        party.add(photograph(name))
    tv = hang(open_page, party, reduced_motion=motion)
    expect(tv.locator("figure")).to_have_count(1)
    tv.evaluate(WATCH)
    before = on_stage(tv)[0]
    party.steer(skip=True)
    expect(tv.locator(f'figure[data-photo="{before}"]')).to_have_count(0)
    expect(tv.locator("figure")).to_have_count(1)
    assert tv.evaluate("window.most") == layers


def test_upright_photos_hang_in_pairs_and_members_may_look_by_themselves(party: Party, open_page: OpenPage) -> None:
    for name, caption in (("astronaut.png", "Eileen, ready to go"), ("coffee.png", "")):
        party.add(picture("JPEG", of=name, size=(1200, 1600)), caption=caption)
    page = sign_in(open_page(TV), party.mo)
    page.goto(f"{party.mo.server.url}{party.path}/wall")
    expect(page.locator("figure")).to_have_count(2)
    expect(page.get_by_role("link", name="Back to the room")).to_be_attached()
    assert_accessible(page)
    shoot(page, "wall-pair-tv")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    party.steer(skip=True)
    expect(page.locator("figure")).to_have_count(1)
    shoot(page, "wall-phone")


def test_the_wall_is_a_picture_of_itself(party: Party, open_page: OpenPage) -> None:
    """What it looks like, kept for the eye."""
    tv = hang(open_page, party)
    shoot(tv, "wall-empty-tv")
    party.steer(code=True)
    expect(tv.get_by_role("img", name="QR code of the link to join")).to_be_visible()
    expect(tv.get_by_text("Scan the code and add the first photo.")).to_be_visible()
    assert_accessible(tv)
    shoot(tv, "wall-empty-code-tv")
    party.steer(code=False)
    upright = party.add(picture("JPEG", of="astronaut.png", size=(1200, 1600)), caption="Eileen, a minute before the balloons")
    expect(figure(tv, upright)).to_be_visible()
    tv.wait_for_function("document.getAnimations().length === 0")
    shoot(tv, "wall-upright-tv")
    landscape = party.add(
        picture("JPEG", of="rocket.jpg", size=(1600, 1067)), party.mo, caption="Lift-off, and everybody held their breath"
    )
    party.steer(pinned=landscape["id"])
    expect(figure(tv, landscape)).to_be_visible()
    tv.wait_for_function("document.getAnimations().length === 0")
    shoot(tv, "wall-landscape-tv")

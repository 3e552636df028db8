"""Where everybody begins: my rooms, and the door to one of them."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenPage, screenshot
from tests.browser.test_accessibility import assert_accessible
from tests.people import Cast, Person
from tests.pictures import photograph
from tests.test_photos import add, when_ready

PICTURES = ("chelsea.png", "coffee.png", "rocket.jpg", "astronaut.png")
LIGHT_ENOUGH = 10_000  # bytes of JavaScript, as they come over the line
SCRIPTS = """() => Object.fromEntries(
  performance.getEntriesByType("resource")
    .filter(({ name }) => name.endsWith(".js"))
    .map(({ name, encodedBodySize }) => [name, encodedBodySize]),
)"""


def at_home(open_page: OpenPage, person: Person, viewport: dict[str, int] = DESKTOP) -> Page:
    page = open_page(viewport)
    page.context.add_cookies([{"name": "salon_session", "value": person.session, "url": person.server.url}])
    page.goto(person.server.url)
    return page


def hang(cast: Cast, person: Person, path: str, *pictures: str) -> None:
    for picture in pictures:
        answer = person.api.post(f"{path}/photos", files={"file": (picture, photograph(picture))})
        assert answer.status_code == 201, answer.text


def test_a_room_shows_its_cover_its_colour_and_what_is_new(cast: Cast, open_page: OpenPage) -> None:
    for picture in PICTURES[:2]:
        when_ready(cast, add(cast.cleo, cast, photograph(picture), name=picture).json())
    page = at_home(open_page, cast.olive)
    card = page.get_by_role("link", name="Summer by the lake")
    expect(card.get_by_text("2 new photos")).to_be_visible()
    expect(card.get_by_text("2 photos · 4 people")).to_be_visible()
    assert card.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    tint = card.evaluate("card => getComputedStyle(card).backgroundColor")
    assert tint != page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert_accessible(page)
    assert card.evaluate("card => getComputedStyle(card).backgroundColor") != tint  # by night it is another
    card.click()
    expect(page.locator("[data-photo]")).to_have_count(2)


def test_whoever_added_the_photos_has_nothing_new(cast: Cast, open_page: OpenPage) -> None:
    when_ready(cast, add(cast.cleo, cast, photograph(PICTURES[0]), name="cat").json())
    card = at_home(open_page, cast.cleo).get_by_role("link", name="Summer by the lake")
    expect(card.get_by_text("1 photo · 4 people")).to_be_visible()
    expect(card.get_by_text("new photo")).to_have_count(0)


def test_the_room_where_something_happened_last_comes_first(cast: Cast, open_page: OpenPage) -> None:
    later = cast.olive.api.post("/rooms", json={"name": "A later room"}).json()["id"]
    page = at_home(open_page, cast.olive)
    names = page.locator(".room h2")
    expect(names).to_have_text(["A later room", "Summer by the lake"])
    hang(cast, cast.cleo, cast.path, PICTURES[0])
    page.reload()
    expect(names).to_have_text(["Summer by the lake", "A later room"])
    hang(cast, cast.olive, f"/rooms/{later}", PICTURES[1])
    page.reload()
    expect(names).to_have_text(["A later room", "Summer by the lake"])


def test_home_is_light(cast: Cast, open_page: OpenPage) -> None:
    page = at_home(open_page, cast.olive)
    page.wait_for_load_state("networkidle")
    sizes: dict[str, int] = page.evaluate(SCRIPTS)
    assert sizes
    assert sum(sizes.values()) <= LIGHT_ENOUGH


def test_how_home_and_its_neighbours_look(cast: Cast, open_page: OpenPage) -> None:
    for name, pictures in (("Grandma’s eightieth", PICTURES[2:3]), ("Class of 2004", PICTURES[1:2]), ("A bare wall", ())):
        path = f"/rooms/{cast.olive.api.post('/rooms', json={'name': name}).json()['id']}"
        hang(cast, cast.olive, path, *pictures)
    hang(cast, cast.cleo, cast.path, *PICTURES)
    link = cast.olive.api.post(f"{cast.path}/invites", json={}).json()["url"]
    for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
        page = at_home(open_page, cast.olive, viewport)
        expect(page.locator(".room")).to_have_count(4)
        page.wait_for_load_state("networkidle")
        screenshot(page, f"home-{size}")
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        page = at_home(open_page, cast.sam, viewport)
        screenshot(page, f"home-new-{size}")
        page.goto(link)
        expect(page.get_by_role("heading", name="Olive invites you to Summer by the lake")).to_be_visible()
        assert_accessible(page)
        screenshot(page, f"join-{size}")

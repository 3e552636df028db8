"""For people with a keyboard, a screen reader, or the light off."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, SCHEMES, OpenPage, screenshot, sign_in
from tests.browser.test_main_job import add_photos, copy_link, make_room
from tests.people import Person
from tests.pictures import photograph
from tests.server import REPOSITORY
from tests.services import wait_until

AXE = (REPOSITORY / "platform/web/node_modules/axe-core/axe.min.js").read_text()


def violations(page: Page) -> list[str]:
    page.evaluate(f"() => {{ {AXE} }}")
    found: list[dict[str, Any]] = page.evaluate("axe.run().then((result) => result.violations)")
    return [f"{page.url}: {rule['id']}: {rule['help']}: {[node['html'][:120] for node in rule['nodes']]}" for rule in found]


def assert_accessible(page: Page) -> None:
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations(page) == []


def test_axe_finds_what_it_is_there_to_find(open_page: OpenPage) -> None:
    page = open_page()
    page.set_content("<html><body><img src='x'><button></button></body></html>")
    assert {"image-alt", "button-name"} <= {violation.split(": ")[1] for violation in violations(page)}


def test_no_page_or_dialog_gives_axe_a_reason_to_complain(olive: Person, open_page: OpenPage, tmp_path: Path) -> None:
    for viewport in (DESKTOP, PHONE):
        page = open_page(viewport)
        for path in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nothing-here"):
            page.goto(olive.server.url + path)
            assert_accessible(page)
        sign_in(page, olive)
        assert_accessible(page)
        make_room(page, "For everybody")
        assert_accessible(page)
        (tmp_path / "cat.png").write_bytes(photograph("chelsea.png"))
        add_photos(page, [tmp_path / "cat.png"])
        expect(page.locator("[data-photo][data-sharp]")).to_have_count(1)
        assert_accessible(page)
        if viewport == DESKTOP:
            copy_link(page)
            assert_accessible(page)
            page.keyboard.press("Escape")
        page.get_by_role("button", name=re.compile("^Members")).first.click()
        assert_accessible(page)
        page.keyboard.press("Escape")
        page.locator("[data-photo] button").first.click()
        expect(page.get_by_role("button", name="Add a caption")).to_be_visible()
        assert_accessible(page)
        page.goto(f"{olive.server.url}/")
        assert_accessible(page)
        screenshot(page, f"home-{'phone' if viewport == PHONE else 'desktop'}")
        page.goto(f"{olive.server.url}/accounts/password/change/")
        assert_accessible(page)


def test_a_room_can_be_used_with_the_keyboard_alone(olive: Person, open_page: OpenPage, tmp_path: Path) -> None:
    page = sign_in(open_page(), olive)
    page.on("filechooser", lambda chooser: None)  # a key is quicker than a listener that is only added around it
    page.get_by_role("textbox", name="What is it for?").focus()
    page.keyboard.type("Keys only")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Keys only")).to_be_visible()
    names = ["cat.png", "coffee.png"]
    for name, source in zip(names, ("chelsea.png", "coffee.png"), strict=True):
        (tmp_path / name).write_bytes(photograph(source))
    tab_to(page, "Add photos")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files([tmp_path / name for name in names])
    expect(page.locator("[data-photo][data-sharp]")).to_have_count(2)

    page.locator("[data-photo] button").first.focus()
    page.keyboard.press("ArrowRight")
    assert focused(page) == page.locator("[data-photo]").nth(1).get_attribute("data-photo")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Add a caption")).to_be_visible()
    tab_to(page, "Add a caption")
    page.keyboard.press("Enter")
    page.keyboard.type("Without a mouse")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Without a mouse", description="Edit caption")).to_be_visible()
    wait_until("Escape closes the viewer", lambda: closes(page))
    expect(page.locator("[data-photo] button").nth(1)).to_be_focused()


def closes(page: Page) -> bool:
    page.keyboard.press("Escape")  # while it still opens, the viewer does not listen; nobody but a test is that quick
    return page.locator(".pswp").count() == 0


def focused(page: Page) -> str | None:
    photo: str | None = page.evaluate("document.activeElement.closest('[data-photo]')?.dataset.photo")
    return photo


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the button of this name has the focus."""
    for _ in range(30):
        if page.evaluate("(document.activeElement.ariaLabel ?? document.activeElement.innerText ?? '').trim()") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} cannot be reached with Tab")


def test_the_page_still_works_at_four_times_the_size(olive: Person, open_page: OpenPage) -> None:
    page = sign_in(open_page({"width": 320, "height": 640}), olive)
    make_room(page, "A room with a rather long name, as people give them")
    for path in (page.url, olive.server.url + "/", olive.server.url + "/accounts/email/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320

"""What is new, on the page of rooms and in a list of its own."""

import pytest
from playwright.sync_api import expect

from rooms.models import Attention
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, screenshot
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_home import at_home, hang
from tests.people import Cast
from tests.services import wait_until
from tests.test_notifications import say, told, told_all


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_bell_leads_to_a_list_that_is_read_by_looking_at_it(cast: Cast, open_page: OpenPage, viewport: dict[str, int]) -> None:
    hang(cast, cast.cleo, cast.path, "chelsea.png", "coffee.png")
    hang(cast, cast.mo, cast.path, "rocket.jpg")
    photo = cast.cleo.api.get(f"{cast.path}/photos").json()["items"][0]["id"]
    say(cast.cleo, cast, photo, f"@[{cast.vic.user.id}] were you there when it took off? You could feel it in the ground.")
    told_all(cast)
    told(cast.vic, 3)
    page = at_home(open_page, cast.vic, viewport)
    bell = page.get_by_role("link", name="What is new for you 3 unread")
    expect(bell).to_be_visible()
    name = "phone" if viewport == PHONE else "desktop"
    screenshot(page, f"bell-{name}")
    bell.click()
    first = page.get_by_role("link", name="Cleo mentioned you")
    expect(first).to_be_visible()
    screenshot(page, f"news-{name}")
    assert_accessible(page)
    expect(page.get_by_text("Not read yet")).to_have_count(3)  # on this page: what is new stays marked while one reads
    expect(page.get_by_role("button", name="Mark all as read")).to_be_hidden()
    wait_until("a look has made them read", lambda: cast.vic.api.get("/notifications").json()["unread"] == 0)
    first.click()
    expect(page.get_by_role("dialog").get_by_text("were you there when it took off?")).to_be_visible()
    page.goto(cast.vic.server.url)
    expect(page.get_by_role("link", name="What is new for you", exact=True)).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_settings_propose_the_time_zone_of_the_browser(cast: Cast, open_page: OpenPage, viewport: dict[str, int]) -> None:
    page = open_page(viewport, timezone_id="Asia/Tokyo")
    page.context.add_cookies([{"name": "salon_session", "value": cast.vic.session, "url": cast.vic.server.url}])
    page.goto(f"{cast.vic.server.url}/notifications/settings")
    expect(page.get_by_label("Your time zone")).to_have_value("Asia/Tokyo")
    page.get_by_label("Do not disturb me from").fill("22:00")
    page.get_by_label("until").fill("07:00")
    page.get_by_label("Summer by the lake").select_option("Only what is said to me")
    assert_accessible(page)
    screenshot(page, f"notification-settings-{'phone' if viewport == PHONE else 'desktop'}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    kept = Attention.objects.get(user=cast.vic.user)
    assert (kept.time_zone, str(kept.quiet_from)) == ("Asia/Tokyo", "22:00:00")
    assert cast.vic.api.get(cast.path).json()["notify"] == "mentions"

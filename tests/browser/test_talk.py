"""What people say about a photo: comments, answers, mentions and reactions, on two screens at once, with and without a line."""

import re
from typing import Any

import pytest
from django.db.models import QuerySet
from playwright.sync_api import Locator, Page, expect

from rooms.models import Comment, Reaction
from tests.browser.conftest import DESKTOP, PHONE, Visit, screenshot
from tests.browser.library import added, choose, look_at
from tests.browser.test_accessibility import assert_accessible
from tests.people import Cast, Person
from tests.pictures import photograph
from tests.services import wait_until

MANY = 130


@pytest.fixture
def photo(cast: Cast) -> dict[str, Any]:
    return added(cast, cast.cleo, photograph("rocket.jpg"), caption="Lift-off")


def said(photo: dict[str, Any]) -> QuerySet[Comment]:
    return Comment.objects.filter(photo=photo["id"])


def given(photo: dict[str, Any]) -> QuerySet[Reaction]:
    return Reaction.objects.filter(photo=photo["id"])


def say(cast: Cast, person: Person, photo: dict[str, Any], text: str, parent: str | None = None) -> dict[str, Any]:
    answer = person.api.post(f"{cast.path}/photos/{photo['id']}/comments", json={"text": text, "parent": parent})
    assert answer.status_code == 201, answer.text
    comment: dict[str, Any] = answer.json()
    return comment


def react(cast: Cast, person: Person, photo: dict[str, Any], emoji: str) -> None:
    assert person.api.put(f"{cast.path}/photos/{photo['id']}/reactions/{emoji}").status_code == 200


def talk_of(page: Page, photo: dict[str, Any]) -> Locator:
    """Open the viewer with the comments beside the photo."""
    look_at(page, photo)
    page.get_by_role("button", name=re.compile("^Comments")).click()
    return page.get_by_role("region", name="Comments")


def comments(page: Page) -> Locator:
    return page.locator("[data-comment]")


def heart_of(page: Page) -> Locator:
    """The heart at the top, which is always there."""
    return page.locator(".pswp__top-bar").get_by_role("button", name=re.compile("^Heart"))


def write(page: Page, text: str) -> None:
    field = page.get_by_role("textbox", name=re.compile("Say something|Your answer|Your comment"))
    field.fill(text)
    page.get_by_role("button", name=re.compile("^(Send|Save)$")).click()


def test_two_people_talk_about_a_photo_live(cast: Cast, visit: Visit, photo: dict[str, Any]) -> None:
    hers, his = visit(cast.cleo), visit(cast.vic, PHONE)
    talk_of(hers, photo)
    talk_of(his, photo)
    expect(hers.get_by_text("Nobody has said anything yet")).to_be_visible()
    write(hers, "Look at that!\nhttps://example.org/launch?a=1. And <b>more</b>")
    for page in (hers, his):
        expect(comments(page)).to_have_count(1)
        expect(comments(page)).to_contain_text("And <b>more</b>")
        link = comments(page).get_by_role("link", name="https://example.org/launch?a=1")
        expect(link).to_have_attribute("rel", re.compile("noopener.*nofollow"))
        expect(comments(page).locator("b")).to_have_count(0)
    expect(his.get_by_text("Cleo: Look at that!")).to_have_attribute("aria-live", "polite")

    his.get_by_role("button", name="Answer").click()
    expect(his.get_by_text("Answering Cleo")).to_be_visible()
    write(his, "Wonderful")
    expect(hers.locator(".answers [data-comment]")).to_contain_text("Wonderful")
    expect(hers.get_by_role("tab", name=re.compile("Comments"))).to_contain_text("2")
    assert [*said(photo).order_by("pk").values_list("parent__author__name", flat=True)] == [None, "Cleo"]

    his.get_by_role("button", name="More about the comment by Vic").click()
    expect(his.get_by_role("menuitem")).to_have_text(["Edit", "Remove"])
    his.get_by_role("menuitem", name="Edit").click()
    expect(his.get_by_role("textbox", name="Your comment")).to_have_value("Wonderful")
    write(his, "Wonderful!")
    expect(hers.locator(".answers [data-comment]")).to_contain_text("Wonderful!")
    expect(hers.locator(".answers time")).to_contain_text("edited")
    hers.get_by_role("button", name="More about the comment by Vic").click()
    expect(hers.get_by_role("menuitem")).to_have_text(["Report"])


def test_a_comment_is_removed_with_a_way_back_and_a_moderator_may_remove_everybodys(
    cast: Cast, visit: Visit, photo: dict[str, Any]
) -> None:
    first = say(cast, cast.vic, photo, "Too much")
    say(cast, cast.cleo, photo, "Not at all", first["id"])
    mo, vic = visit(cast.mo), visit(cast.vic)
    talk_of(mo, photo)
    talk_of(vic, photo)
    expect(comments(vic)).to_have_count(2)
    mo.get_by_role("button", name="More about the comment by Vic").click()
    mo.get_by_role("menuitem", name="Remove").click()
    for page in (mo, vic):
        expect(comments(page).first).to_contain_text("This comment was removed")
        expect(comments(page)).to_have_count(2)
        expect(page.get_by_text("Too much")).to_have_count(0)
    mo.get_by_role("button", name="Undo").click()
    for page in (mo, vic):
        expect(comments(page).first).to_contain_text("Too much")


def test_people_are_mentioned_by_name_with_the_keyboard_alone(cast: Cast, visit: Visit, photo: dict[str, Any]) -> None:
    hers, his = visit(cast.cleo), visit(cast.mo)
    talk_of(hers, photo)
    talk_of(his, photo)
    field = hers.get_by_role("textbox", name="Say something")
    field.focus()
    hers.keyboard.type("Have you seen this, @")
    people = hers.get_by_role("listbox", name="People of this room").get_by_role("option")
    expect(people).to_have_count(3)
    assert_accessible(hers)
    screenshot(hers, "talk-mention-desktop")
    hers.keyboard.type("m")
    expect(people).to_have_text(["M Mo"])
    hers.keyboard.press("Enter")
    expect(field).to_have_value("Have you seen this, @Mo ")
    expect(people).to_have_count(0)
    hers.keyboard.type("?")
    hers.keyboard.press("Enter")
    for page in (hers, his):
        expect(comments(page).locator("b")).to_have_text("@Mo")
    assert said(photo).get().text == f"Have you seen this, @[{cast.mo.user.pk}] ?"
    hers.keyboard.type("@vi")
    expect(people).to_have_count(1)
    hers.keyboard.press("Escape")
    expect(people).to_have_count(0)
    expect(field).to_have_value("@vi")


def test_reactions_are_given_with_one_tap_and_seen_at_once(cast: Cast, visit: Visit, photo: dict[str, Any]) -> None:
    react(cast, cast.mo, photo, "🎉")
    hers, his = visit(cast.cleo, PHONE), visit(cast.vic)
    talk_of(hers, photo)
    look_at(his, photo)
    heart = heart_of(his)
    expect(heart).to_have_attribute("aria-pressed", "false")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    chip = hers.locator("[data-emoji='❤️']")
    expect(chip).to_have_text(re.compile("Heart *1"))
    hers.locator("[data-emoji='🎉']").tap()
    expect(hers.locator("[data-emoji='🎉']")).to_have_attribute("aria-pressed", "true")
    expect(his.get_by_role("button", name="3 reactions")).to_be_visible()
    heart.click()
    expect(chip).to_have_text(re.compile("Heart *$"))
    wait_until("the room knows", lambda: sorted(given(photo).values_list("user__name", "emoji")) == [("Cleo", "🎉"), ("Mo", "🎉")])

    his.get_by_role("button", name="2 reactions").click()
    his.locator("[data-emoji='🎉']").hover()
    expect(his.get_by_role("tooltip")).to_have_text("Mo and Cleo")
    screenshot(his, "talk-givers-desktop")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_any_emoji_can_be_picked_or_typed(cast: Cast, visit: Visit, photo: dict[str, Any], viewport: dict[str, int]) -> None:
    page = visit(cast.vic, viewport)
    talk_of(page, photo)
    picker = page.get_by_role("button", name="Add a reaction")
    picker.click()
    choice = page.get_by_role("dialog", name="Choose a reaction")
    expect(choice.get_by_role("button", name="Heart", exact=True)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(choice.get_by_role("button", name="Applause")).to_be_focused()
    assert_accessible(page)
    screenshot(page, f"talk-picker-{'phone' if viewport == PHONE else 'desktop'}")
    page.keyboard.press("Enter")
    expect(page.locator("[data-emoji='👏']")).to_have_attribute("aria-pressed", "true")
    picker.click()
    choice.get_by_role("textbox", name="Another emoji").fill("nice")
    page.keyboard.press("Enter")
    expect(choice.get_by_role("alert")).to_be_visible()
    choice.get_by_role("textbox", name="Another emoji").fill("🦆")
    page.keyboard.press("Enter")
    expect(page.locator("[data-emoji='🦆']")).to_have_attribute("aria-pressed", "true")
    picker.click()
    page.keyboard.press("Escape")
    expect(choice).to_have_count(0)
    expect(picker).to_be_focused()
    wait_until("both are in the room", lambda: given(photo).count() == 2)


def test_what_is_said_offline_is_kept_through_a_reload_and_sent_once(cast: Cast, visit: Visit, photo: dict[str, Any]) -> None:
    hers, his = visit(cast.cleo), visit(cast.vic)
    talk_of(hers, photo)
    talk_of(his, photo)
    hers.context.set_offline(True)
    expect(hers.locator("[data-status]")).to_have_attribute("data-status", "offline")
    write(hers, "From the mountain")
    heart_of(hers).click()
    expect(comments(hers)).to_contain_text("Will be sent when you are online again")
    screenshot(hers, "talk-offline-desktop")
    hers.context.set_offline(False)
    expect(comments(his)).to_contain_text("From the mountain")
    expect(hers.locator("[data-pending]")).to_have_count(0)
    expect(comments(hers)).to_have_count(1)
    wait_until("the heart too", lambda: given(photo).count() == 1)
    assert said(photo).count() == 1


def test_an_answer_that_is_lost_does_not_say_it_twice(cast: Cast, visit: Visit, photo: dict[str, Any]) -> None:
    page = visit(cast.cleo)
    talk_of(page, photo)
    lost: list[str] = []

    def lose(route: Any) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    page.route("**/comments*", lose)
    write(page, "Once")
    wait_until("it was sent", lambda: bool(page.evaluate("true")) and bool(lost))
    expect(page.locator("[data-pending]")).to_have_count(0)
    expect(comments(page)).to_have_count(1)
    page.reload()
    expect(comments(page)).to_have_count(1)
    assert said(photo).count() == 1


def test_a_refused_comment_keeps_its_words_and_says_why(cast: Cast, visit: Visit, photo: dict[str, Any]) -> None:
    page = visit(cast.vic)
    talk_of(page, photo)
    page.route("**/comments", lambda route: refuse(route) if route.request.method == "POST" else route.continue_())
    write(page, "Please keep this")
    expect(comments(page)).to_contain_text("Please keep this")
    expect(comments(page).get_by_role("alert")).to_contain_text("Not now")
    assert_accessible(page)
    screenshot(page, "talk-refused-desktop")
    page.unroute("**/comments")
    page.get_by_role("button", name="Try again").click()
    wait_until("it is in the room", lambda: said(photo).exists())
    expect(page.get_by_role("button", name="Discard")).to_have_count(0)
    expect(comments(page)).to_have_count(1)


def refuse(route: Any) -> None:
    route.fulfill(status=403, json={"error": {"code": "forbidden", "message": "Not now, please."}})


def test_a_long_talk_shows_its_end_and_tells_of_news_below(cast: Cast, visit: Visit, photo: dict[str, Any]) -> None:
    for number in range(MANY):
        say(cast, cast.mo, photo, f"Remark number {number}")
    page = visit(cast.vic)
    talk_of(page, photo)
    expect(page.get_by_role("button", name="Show earlier comments (90)")).to_be_attached()
    expect(comments(page)).to_have_count(40)
    expect(page.get_by_text("Remark number 129")).to_be_attached()
    page.get_by_role("button", name="Show earlier comments").click()
    expect(comments(page)).to_have_count(80)
    page.get_by_role("group", name="What people say").evaluate("(list) => list.scrollTo(0, 0)")
    say(cast, cast.mo, photo, "The newest of all")
    news = page.get_by_role("button", name="New comment")
    expect(news).to_be_visible()
    screenshot(page, "talk-long-desktop")
    news.click()
    expect(comments(page).last.get_by_text("The newest of all")).to_be_in_viewport()
    expect(news).to_have_count(0)
    write(page, "And mine")
    expect(comments(page).get_by_text("And mine")).to_be_in_viewport()


def test_a_room_can_be_without_talk(cast: Cast, visit: Visit, photo: dict[str, Any]) -> None:
    say(cast, cast.mo, photo, "Before")
    olive, vic = visit(cast.olive), visit(cast.vic, PHONE)
    talk_of(vic, photo)
    settings = choose(olive, "Room settings")
    switch = settings.get_by_role("switch", name="Members may comment and react")
    expect(switch).to_be_checked()
    switch.uncheck()
    assert_accessible(olive)
    screenshot(olive, "settings-talk-desktop")
    settings.get_by_role("button", name="Save").click()
    expect(vic.get_by_text("Comments are switched off in this room")).to_be_visible()
    expect(vic.get_by_text("Before")).to_be_visible()
    expect(vic.get_by_role("textbox")).to_have_count(0)
    expect(heart_of(vic)).to_have_count(0)
    screenshot(vic, "talk-off-phone")
    settings = choose(olive, "Room settings")
    settings.get_by_role("switch", name="Members may comment and react").check()
    settings.get_by_role("button", name="Save").click()
    expect(vic.get_by_role("textbox", name="Say something")).to_be_visible()


def test_what_is_reported_is_looked_at_by_those_who_curate(cast: Cast, visit: Visit, photo: dict[str, Any]) -> None:
    say(cast, cast.cleo, photo, "A rude word")
    vic = visit(cast.vic)
    talk_of(vic, photo)
    vic.get_by_role("button", name="More about the comment by Cleo").click()
    vic.get_by_role("menuitem", name="Report").click()
    dialog = vic.get_by_role("dialog", name="Report this comment")
    expect(dialog).to_contain_text("The people who look after this room will see it")
    dialog.get_by_role("textbox").fill("Not kind")
    assert_accessible(vic)
    screenshot(vic, "report-desktop")
    dialog.get_by_role("button", name="Report").click()
    expect(vic.get_by_text("Thank you")).to_be_visible()
    vic.get_by_role("button", name="More about this photo").click()
    vic.get_by_role("menuitem", name="Report").click()
    vic.get_by_role("dialog", name="Report this photo").get_by_role("button", name="Report").click()
    expect(vic.get_by_role("dialog", name="Report this photo")).to_have_count(0)

    mo = visit(cast.mo)
    mo.get_by_role("button", name="More about this room, 2 waiting").click()
    expect(mo.get_by_role("menuitem", name="Reported")).to_contain_text("2")
    mo.get_by_role("menuitem", name="Reported").click()
    reports = mo.get_by_role("dialog", name="Reported").get_by_role("listitem")
    expect(reports).to_have_count(2)
    about = reports.filter(has_text="A rude word")
    expect(about).to_contain_text("Not kind")
    expect(about).to_contain_text("Reported by Vic")
    expect(mo.locator("dialog img").first).to_have_js_property("complete", True)
    assert_accessible(mo)
    screenshot(mo, "reports-desktop")
    about.get_by_role("button", name="Remove comment").click()
    expect(about).to_contain_text("The comment was removed")
    expect(comments(vic)).to_have_count(0)
    about_photo = reports.filter(has_text="Photo by Cleo")
    about_photo.get_by_role("button", name="Keep").click()
    expect(about_photo).to_contain_text("The photo stays")
    mo.keyboard.press("Escape")
    expect(mo.get_by_role("button", name="More about this room", exact=True)).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_talk_is_good_to_look_at_and_accessible(cast: Cast, visit: Visit, photo: dict[str, Any], viewport: dict[str, int]) -> None:
    first = say(cast, cast.vic, photo, "What a sight! Were you really that close?")
    say(
        cast,
        cast.cleo,
        photo,
        f"Yes @[{cast.vic.user.pk}], about four kilometres. The ground shook: https://example.org/launch",
        first["id"],
    )
    say(cast, cast.mo, photo, "Next time take me with you.")
    for person, emoji in ((cast.mo, "❤️"), (cast.cleo, "❤️"), (cast.vic, "🔥"), (cast.olive, "🚀")):
        react(cast, person, photo, emoji)
    page = visit(cast.cleo, viewport)
    talk_of(page, photo)
    expect(comments(page)).to_have_count(3)
    assert_accessible(page)
    name = "phone" if viewport == PHONE else "desktop"
    screenshot(page, f"viewer-talk-{name}")
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Comments")).to_have_count(0)
    screenshot(page, f"viewer-{name}")

"""The list and its settings, as a browser without scripts uses them."""

import re

from rooms.models import Attention
from tests.people import Cast, Person
from tests.test_notifications import add, say, told

LIST, SETTINGS = "/notifications", "/notifications/settings"


def post(person: Person, path: str, **fields: str) -> int:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', person.browser.get(path).text)
    assert token is not None
    headers = {"Referer": person.server.url + path}
    return person.browser.post(path, data=fields | {"csrfmiddlewaretoken": token[1]}, headers=headers).status_code


def number(person: Person) -> str | None:
    """What the bell on the page of rooms shows."""
    found = re.search(r'class="number">(\S+?)<', person.browser.get("/").text)
    return found[1] if found else None


def test_the_bell_counts_the_list_shows_and_a_look_makes_it_read(cast: Cast) -> None:
    photo = add(cast.cleo, cast)
    say(cast.cleo, cast, photo, f"@[{cast.vic.user.id}] <script>alert(1)</script>")
    told(cast.vic, 2)
    assert (number(cast.vic), number(cast.cleo)) == ("2", None)
    page = cast.vic.browser.get(LIST).text
    assert "Cleo added a photo" in page
    assert "Cleo mentioned you: @Vic &lt;script&gt;" in page
    assert "<script>alert" not in page
    assert f'href="/rooms/{cast.slug}?photo={photo}"' in page
    assert post(cast.vic, LIST) == 302
    assert number(cast.vic) is None
    assert "Mark all as read" not in cast.vic.browser.get(LIST).text


def test_an_empty_list_says_what_will_be_there(cast: Cast) -> None:
    assert "Nothing yet." in cast.sam.browser.get(LIST).text


def test_levels_and_hours_are_kept(cast: Cast) -> None:
    said = {f"room-{cast.slug}": "mentions", "quiet_from": "22:00", "quiet_to": "07:00", "time_zone": "Europe/Vienna", "digest": "weekly"}
    assert post(cast.vic, SETTINGS, **said) == 302
    assert cast.vic.api.get(cast.path).json()["notify"] == "mentions"
    kept = cast.vic.api.get("/notifications/settings").json()
    assert (kept["quiet_from"], kept["time_zone"], kept["digest"]) == ("22:00:00", "Europe/Vienna", "weekly")
    page = cast.vic.browser.get(SETTINGS).text
    assert 'value="22:00"' in page
    assert '<option value="mentions" selected>' in page


def test_what_cannot_be_is_said_and_changes_nothing(cast: Cast) -> None:
    half = {f"room-{cast.slug}": "none", "quiet_from": "22:00", "time_zone": "UTC", "digest": "daily"}
    assert post(cast.vic, SETTINGS, **half) == 200
    assert post(cast.vic, SETTINGS, **half | {"quiet_to": "07:00", "time_zone": "Europe/Atlantis"}) == 200
    assert post(cast.sam, SETTINGS, **half | {"quiet_to": "07:00"}) == 302  # a room of others is not among the fields, and is not touched
    assert not Attention.objects.filter(user=cast.vic.user).exists()
    assert cast.vic.api.get(cast.path).json()["notify"] == "all"

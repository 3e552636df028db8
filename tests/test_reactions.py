"""Reactions: each emoji once from each member, counted on the photo, told to everybody."""

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from rooms import access
from rooms.actions import reactions
from rooms.actions.reactions import MOST
from rooms.emoji import EMOJI
from rooms.models import HEART, Photo, Reaction
from salon.errors import ForbiddenError, NotFoundError
from tests.people import Cast, problem
from tests.pictures import picture
from tests.talking import address, events_after, newest_seq, react, say, shown_photo, switch_talk, talk_of

THUMB = "\N{THUMBS UP SIGN}"


@pytest.fixture
def photo(cast: Cast) -> Photo:
    return shown_photo(cast)


def test_a_reaction_is_counted_told_and_mine(cast: Cast, photo: Photo) -> None:
    before = newest_seq(cast)
    given = react(cast.vic, cast, photo, HEART)
    assert (given.status_code, given.json()) == (200, {"seq": before + 1, "comments": 0, "reactions": {HEART: 1}, "mine": [HEART]})
    (event,) = events_after(cast, before)
    assert (event["seq"], event["kind"], event["actor"]["name"]) == (before + 1, "reaction.added", "Vic")
    assert event["data"] == {"photo": str(photo.id), "emoji": HEART, "comments": 0, "reactions": {HEART: 1}}
    assert talk_of(cast.vic, cast, photo) == given.json()
    assert talk_of(cast.cleo, cast, photo) == given.json() | {"mine": []}
    page = cast.vic.api.get(f"{cast.path}/photos").json()["items"]
    assert [one["talk"] for one in page if one["id"] == str(photo.id)] == [given.json()]


def test_giving_twice_and_taking_back_twice_tell_once(cast: Cast, photo: Photo) -> None:
    before = newest_seq(cast)
    answers = [react(cast.vic, cast, photo, HEART, method).json() for method in ("DELETE", "PUT", "PUT", "DELETE", "DELETE")]
    assert [event["kind"] for event in events_after(cast, before)] == ["reaction.added", "reaction.removed"]
    assert [(answer["seq"], answer["mine"]) for answer in answers] == [
        (0, []), (before + 1, [HEART]), (before + 1, [HEART]), (before + 2, []), (before + 2, []),
    ]  # fmt: skip
    assert answers[-1] == talk_of(cast.vic, cast, photo) == {"seq": before + 2, "comments": 0, "reactions": {}, "mine": []}


def test_numbers_of_reactions_and_comments_come_together(cast: Cast, photo: Photo) -> None:
    react(cast.vic, cast, photo, THUMB)
    comment = say(cast.cleo, cast, photo, "Yes")
    (event,) = events_after(cast, comment["seq"] - 1)
    assert (event["data"]["comments"], event["data"]["reactions"]) == (1, {THUMB: 1})
    assert react(cast.mo, cast, photo, THUMB).json() == {"seq": comment["seq"] + 1, "comments": 1, "reactions": {THUMB: 2}, "mine": [THUMB]}


def test_who_gave_what_is_listed_in_pages(cast: Cast, photo: Photo) -> None:
    for person, emoji in ((cast.vic, HEART), (cast.cleo, HEART), (cast.vic, THUMB)):
        react(person, cast, photo, emoji)
    react(cast.vic, cast, shown_photo(cast), HEART)
    first = cast.olive.api.get(f"{address(cast, photo)}/reactions", params={"limit": 2}).json()
    second = cast.olive.api.get(f"{address(cast, photo)}/reactions", params={"after": first["next"]}).json()
    listed = [(item["emoji"], item["user"]["name"]) for page in (first, second) for item in page["items"]]
    assert listed == [(HEART, "Vic"), (HEART, "Cleo"), (THUMB, "Vic")]
    assert (len(first["items"]), second["next"]) == (2, None)
    assert {len(item["at"]) for item in first["items"]} == {len("2026-11-23T02:30:00.000Z")}


@pytest.mark.parametrize(
    "emoji",
    [
        "\N{THUMBS UP SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-5}",
        "\N{REGIONAL INDICATOR SYMBOL LETTER J}\N{REGIONAL INDICATOR SYMBOL LETTER P}",
        "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}",
        "#\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}",
        max(EMOJI.values(), key=len),
    ],
    ids=["skin", "flag", "family", "keycap", "longest"],
)
def test_whatever_unicode_calls_one_emoji_is_one(cast: Cast, photo: Photo, emoji: str) -> None:
    assert react(cast.vic, cast, photo, quote(emoji)).json()["reactions"] == {emoji: 1}
    assert react(cast.vic, cast, photo, quote(emoji), "DELETE").json()["reactions"] == {}


def test_a_heart_is_a_heart_however_a_keyboard_writes_it(cast: Cast, photo: Photo) -> None:
    react(cast.vic, cast, photo, "\N{HEAVY BLACK HEART}")
    assert react(cast.cleo, cast, photo, HEART).json()["reactions"] == {HEART: 2}
    assert react(cast.vic, cast, photo, "\N{HEAVY BLACK HEART}", "DELETE").json() == talk_of(cast.vic, cast, photo)
    assert talk_of(cast.vic, cast, photo)["reactions"] == {HEART: 1}


@pytest.mark.parametrize(
    "text",
    [
        "a", "1", "heart", ":heart:", HEART * 2, THUMB + HEART, HEART + " ", "<b>", "\N{BLACK HEART SUIT}x", HEART * 400,
        "\N{VARIATION SELECTOR-16}", "\N{ZERO WIDTH JOINER}", "\N{EMOJI MODIFIER FITZPATRICK TYPE-5}",
        "\N{REGIONAL INDICATOR SYMBOL LETTER J}",
    ],
)  # fmt: skip
def test_what_is_no_single_emoji_is_refused(cast: Cast, photo: Photo, text: str) -> None:
    before = newest_seq(cast)
    for method in ("PUT", "DELETE"):
        assert problem(react(cast.vic, cast, photo, quote(text), method), 422)["field"] == "emoji"
    assert newest_seq(cast) == before


def test_one_person_gives_one_photo_only_so_many(cast: Cast, photo: Photo) -> None:
    some = list(EMOJI.values())[: MOST + 1]
    assert {react(cast.vic, cast, photo, quote(emoji)).status_code for emoji in some[:MOST]} == {200}
    problem(react(cast.vic, cast, photo, quote(some[MOST])), 422)
    assert react(cast.vic, cast, photo, quote(some[0])).status_code == 200, "what is given already is no new one"
    assert react(cast.cleo, cast, photo, quote(some[MOST])).status_code == 200
    assert react(cast.vic, cast, photo, quote(some[0]), "DELETE").status_code == 200
    assert react(cast.vic, cast, photo, quote(some[MOST])).status_code == 200


@pytest.mark.parametrize("round", range(4))
def test_people_who_react_at_once_are_all_counted_and_nobody_twice(cast: Cast, photo: Photo, round: int) -> None:
    people = [cast.olive, cast.mo, cast.cleo, cast.vic]
    assert all(person.api for person in people), "made before the threads, each once"
    with ThreadPoolExecutor(len(people) * 2) as pool:
        answers = list(pool.map(lambda person: react(person, cast, photo, HEART), people * 2))
    assert {answer.status_code for answer in answers} == {200}
    events = [event for event in events_after(cast, cast.room.seq) if event["kind"] == "reaction.added"]
    assert [event["data"]["reactions"] for event in events] == [{HEART: number} for number in range(1, 5)]
    assert {event["actor"]["id"] for event in events} == {str(person.user.id) for person in people}
    assert talk_of(cast.vic, cast, photo)["reactions"] == {HEART: 4}


def test_a_removed_photo_takes_no_reactions(cast: Cast, photo: Photo) -> None:
    react(cast.vic, cast, photo, HEART)
    vic = cast.membership(cast.vic)
    looked_up = access.photo_for(vic, photo.id)
    cast.cleo.api.delete(address(cast, photo))
    for method in ("PUT", "DELETE"):
        problem(react(cast.vic, cast, photo, THUMB, method), 404)
    problem(cast.vic.api.get(f"{address(cast, photo)}/reactions"), 404)
    with pytest.raises(NotFoundError):
        reactions.add(vic, looked_up, THUMB)
    restored = cast.cleo.api.post(f"{address(cast, photo)}/restore").json()
    assert restored["talk"]["reactions"] == {HEART: 1}
    assert talk_of(cast.vic, cast, photo)["mine"] == [HEART]


def test_reactions_go_with_the_photo(cast: Cast, photo: Photo) -> None:
    react(cast.vic, cast, photo, HEART)
    cast.cleo.api.delete(address(cast, photo))
    assert Reaction.objects.filter(photo=photo).count() == 1
    cast.cleo.api.delete(f"{cast.path}/removed/{photo.id}")
    assert not Reaction.objects.filter(photo=photo.pk).exists()


def test_a_room_that_does_not_talk_takes_no_reactions_but_lets_them_be_taken_back(cast: Cast, photo: Photo) -> None:
    react(cast.vic, cast, photo, HEART)
    vic = cast.membership(cast.vic)
    looked_up = access.photo_for(vic, photo.id)
    switch_talk(cast, on=False)
    problem(react(cast.olive, cast, photo, HEART), 403)
    with pytest.raises(ForbiddenError, match="switched off"):
        reactions.add(vic, looked_up, THUMB)
    assert talk_of(cast.vic, cast, photo)["reactions"] == {HEART: 1}
    assert react(cast.vic, cast, photo, HEART, "DELETE").json()["reactions"] == {}


def test_every_answer_with_a_photo_says_what_is_mine_and_the_journal_does_not(cast: Cast) -> None:
    content = picture()
    added = cast.cleo.api.post(f"{cast.path}/photos", files={"file": ("a.jpg", content)}).json()
    assert added["talk"] == {"seq": 0, "comments": 0, "reactions": {}, "mine": []}
    photo = Photo.objects.get(pk=added["id"])
    talk = react(cast.cleo, cast, photo, HEART).json()
    assert talk["mine"] == [HEART]
    place = address(cast, photo)
    again = cast.cleo.api.post(f"{cast.path}/photos", files={"file": ("a.jpg", content)}).json()
    known = cast.cleo.api.post(f"{cast.path}/photos/known", json={"sha256": [photo.sha256]}).json()["items"][0]["photo"]
    changed = cast.cleo.api.patch(place, json={"caption": "New"}).json()
    tried = cast.cleo.api.post(f"{place}/retry").json()
    cast.cleo.api.delete(place)
    assert cast.cleo.api.get(f"{cast.path}/removed").json()["items"][0]["talk"] is None
    restored = cast.cleo.api.post(f"{place}/restore").json()
    page = cast.cleo.browser.get(f"/rooms/{cast.slug}").text
    boot = json.loads(page.partition('<script id="boot" type="application/json">')[2].partition("</script>")[0])
    assert [answer["talk"] for answer in (again, known, changed, tried, restored, boot["photos"]["items"][0])] == [talk] * 6
    told = [event["data"]["talk"] for event in events_after(cast, 0) if event["kind"].startswith("photo.") and "talk" in event["data"]]
    assert told
    assert set(told) == {None}

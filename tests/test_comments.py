"""What members say about photos: who may say, answer, change, remove and bring back, and what the others hear of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from rooms import access, housekeeping
from rooms.actions import comments as actions
from rooms.actions import members
from rooms.models import Comment, Photo, Room
from salon.errors import ForbiddenError, NotFoundError
from tests.people import Cast, make_person, problem
from tests.talking import events_after, newest_seq, said, say, shown_photo, switch_talk, talk_at, talk_of
from tests.test_sockets import events_until, frame


@pytest.fixture
def photo(cast: Cast) -> Photo:
    return shown_photo(cast)


def test_a_comment_reaches_everybody_with_the_number_of_comments(cast: Cast, photo: Photo) -> None:
    before = newest_seq(cast)
    with cast.cleo.socket(cast.slug, after=before) as socket:
        assert frame(socket)["mode"] == "resume"
        comment = say(cast.vic, cast, photo, "  What a view!\n")
        heard = events_until(socket, before + 1)
    known = {"id": comment["id"], "seq": before + 1, "photo": str(photo.id), "created_at": comment["created_at"]}
    words = {"author": {"id": str(cast.vic.user.id), "name": "Vic"}, "text": "What a view!", "mentions": []}
    assert comment == known | words | {"parent": None, "edited_at": None, "removed": False}
    assert [(event["seq"], event["kind"], event["actor"]["name"]) for event in heard] == [(before + 1, "comment.added", "Vic")]
    assert heard[0]["data"] == {"comment": comment, "parent": None, "photo": str(photo.id), "comments": 1, "reactions": {}}
    assert events_after(cast, before) == heard
    assert said(cast.cleo, cast, photo) == [comment]
    assert talk_of(cast.cleo, cast, photo) == {"seq": before + 1, "comments": 1, "reactions": {}, "mine": []}


def test_comments_come_in_pages_the_oldest_first(cast: Cast, photo: Photo) -> None:
    texts = [f"Comment {number}" for number in range(5)]
    for text in texts:
        say(cast.vic, cast, photo, text)
    pages = [cast.vic.api.get(talk_at(cast, photo), params={"limit": 2}).json()]
    while after := pages[-1]["next"]:
        pages.append(cast.vic.api.get(talk_at(cast, photo), params={"limit": 2, "after": after}).json())
    assert [[comment["text"] for comment in page["items"]] for page in pages] == [texts[:2], texts[2:4], texts[4:]]


@pytest.mark.parametrize("limit", [0, 201])
def test_a_page_has_its_limits(cast: Cast, photo: Photo, limit: int) -> None:
    problem(cast.vic.api.get(talk_at(cast, photo), params={"limit": limit}), 422)


@pytest.mark.parametrize(("text", "code"), [("x" * 2000, 201), ("x" * 2001, 422), (" \n ", 422), ("", 422), ("a\x00b", 422), (None, 422)])
def test_a_comment_has_from_one_to_two_thousand_characters(cast: Cast, photo: Photo, text: str | None, code: int) -> None:
    answer = cast.vic.api.post(talk_at(cast, photo), json={"text": text})
    assert answer.status_code == code
    assert len(said(cast.vic, cast, photo)) == (code == 201)
    if code == 422:
        assert problem(answer, 422)["field"] == "text"


def test_an_answer_to_an_answer_belongs_to_the_same_comment(cast: Cast, photo: Photo) -> None:
    first = say(cast.cleo, cast, photo, "First")
    answer = say(cast.vic, cast, photo, "Second", first["id"])
    again = say(cast.cleo, cast, photo, "Third", answer["id"])
    assert (answer["parent"], again["parent"]) == (first["id"], first["id"])
    assert talk_of(cast.vic, cast, photo)["comments"] == 3


def test_one_answers_only_what_stands_under_the_same_photo(cast: Cast, photo: Photo) -> None:
    elsewhere = say(cast.cleo, cast, shown_photo(cast), "Of another photo")["id"]
    gone = say(cast.cleo, cast, photo, "A moment ago")["id"]
    assert cast.cleo.api.delete(f"{talk_at(cast, photo)}/{gone}").status_code == 204
    before = newest_seq(cast)
    for parent in (elsewhere, gone, str(uuid4())):
        answer = cast.vic.api.post(talk_at(cast, photo), json={"text": "Yes", "parent": parent})
        assert problem(answer, 422)["field"] == "parent"
    assert newest_seq(cast) == before


def test_a_mention_is_by_id_and_only_of_members(cast: Cast, photo: Photo) -> None:
    vic, sam, rita = (person.user.id for person in (cast.vic, cast.sam, cast.rita))
    text = f"@[{vic}] and @[{str(vic).upper()}], @[{sam}], @[{rita}], @[{uuid4()}], @[nobody], @Vic"
    before = newest_seq(cast)
    comment = say(cast.cleo, cast, photo, text)
    assert comment["text"] == text
    assert comment["mentions"] == [{"id": str(vic), "name": "Vic"}]
    assert events_after(cast, before)[0]["data"]["comment"] == comment
    assert said(cast.olive, cast, photo) == [comment]


def test_whoever_leaves_is_no_longer_spoken_to(cast: Cast, photo: Photo) -> None:
    comment = say(cast.cleo, cast, photo, f"@[{cast.vic.user.id}] look")
    assert [person["name"] for person in comment["mentions"]] == ["Vic"]
    assert cast.vic.api.delete(f"{cast.path}/members/{cast.vic.user.id}").status_code == 204
    (now,) = said(cast.cleo, cast, photo)
    assert (now["text"], now["mentions"]) == (comment["text"], [])


def test_only_the_author_changes_a_comment(cast: Cast, photo: Photo) -> None:
    comment = say(cast.vic, cast, photo, "Frist")
    place = f"{talk_at(cast, photo)}/{comment['id']}"
    before = newest_seq(cast)
    for other in (cast.olive, cast.mo, cast.cleo):
        problem(other.api.patch(place, json={"text": "Never said"}), 403)
    assert newest_seq(cast) == before
    changed = cast.vic.api.patch(place, json={"text": "First"}).json()
    assert changed["edited_at"] is not None
    assert changed == comment | {"text": "First", "seq": before + 1, "edited_at": changed["edited_at"]}
    assert cast.vic.api.patch(place, json={"text": "First"}).json() == changed
    (event,) = events_after(cast, before)
    assert (event["kind"], event["data"]["comment"], event["data"]["comments"]) == ("comment.changed", changed, 1)
    assert said(cast.cleo, cast, photo) == [changed]


def test_authors_and_who_curates_remove_a_comment_and_others_do_not(cast: Cast, photo: Photo) -> None:
    own, moderated = (say(cast.vic, cast, photo, text)["id"] for text in ("Own", "Moderated"))
    problem(cast.cleo.api.delete(f"{talk_at(cast, photo)}/{own}"), 403)
    before = newest_seq(cast)
    assert cast.vic.api.delete(f"{talk_at(cast, photo)}/{own}").status_code == 204
    assert cast.mo.api.delete(f"{talk_at(cast, photo)}/{moderated}").status_code == 204
    told = [(event["kind"], event["actor"]["name"], event["data"]["comments"]) for event in events_after(cast, before)]
    assert told == [("comment.removed", "Vic", 1), ("comment.removed", "Mo", 0)]
    assert {event["data"]["comment"]["text"] for event in events_after(cast, before)} == {""}
    assert said(cast.olive, cast, photo) == []
    problem(cast.vic.api.delete(f"{talk_at(cast, photo)}/{own}"), 404)
    problem(cast.vic.api.patch(f"{talk_at(cast, photo)}/{own}", json={"text": "New"}), 404)


def test_whoever_removed_a_comment_and_who_curates_bring_it_back(cast: Cast, photo: Photo) -> None:
    comment = say(cast.vic, cast, photo, "Here again")
    place = f"{talk_at(cast, photo)}/{comment['id']}"
    problem(cast.vic.api.post(f"{place}/restore"), 404)
    cast.vic.api.delete(place)
    problem(cast.cleo.api.post(f"{place}/restore"), 404)
    restored = cast.vic.api.post(f"{place}/restore").json()
    assert restored == comment | {"seq": restored["seq"]}
    assert events_after(cast, restored["seq"] - 1)[0]["kind"] == "comment.restored"
    assert talk_of(cast.cleo, cast, photo) == {"seq": restored["seq"], "comments": 1, "reactions": {}, "mine": []}
    cast.mo.api.delete(place)
    problem(cast.vic.api.post(f"{place}/restore"), 404)
    assert cast.olive.api.post(f"{place}/restore").json()["text"] == "Here again"
    assert [one["text"] for one in said(cast.cleo, cast, photo)] == ["Here again"]


def test_a_removed_comment_stays_as_a_stub_as_long_as_it_has_answers(cast: Cast, photo: Photo) -> None:
    first = say(cast.cleo, cast, photo, f"Not for you, @[{cast.vic.user.id}]")
    answer = say(cast.vic, cast, photo, "An answer", first["id"])
    cast.cleo.api.delete(f"{talk_at(cast, photo)}/{first['id']}")
    stub, kept = said(cast.olive, cast, photo)
    assert stub == first | {"seq": stub["seq"], "text": "", "mentions": [], "removed": True}
    assert kept == answer
    assert talk_of(cast.olive, cast, photo)["comments"] == 1
    assert say(cast.mo, cast, photo, "Going on", answer["id"])["parent"] == first["id"]
    assert events_after(cast, newest_seq(cast) - 1)[0]["data"]["parent"] == stub
    for comment in said(cast.olive, cast, photo)[1:]:
        cast.mo.api.delete(f"{talk_at(cast, photo)}/{comment['id']}")
    assert said(cast.olive, cast, photo) == []
    cast.mo.api.post(f"{talk_at(cast, photo)}/{answer['id']}/restore")
    assert [comment["id"] for comment in said(cast.olive, cast, photo)] == [first["id"], answer["id"]]
    assert events_after(cast, newest_seq(cast) - 1)[0]["data"]["parent"] == stub


def test_what_is_said_about_a_removed_photo_is_not_there_and_comes_back_with_it(cast: Cast, photo: Photo) -> None:
    comment = say(cast.vic, cast, photo, "Still here")
    assert cast.cleo.api.delete(f"{cast.path}/photos/{photo.id}").status_code == 204
    place = f"{talk_at(cast, photo)}/{comment['id']}"
    api, words = cast.vic.api, {"text": "Words"}
    asked = (api.get(talk_at(cast, photo)), api.post(talk_at(cast, photo), json=words), api.patch(place, json=words), api.delete(place))
    for answer in asked:
        problem(answer, 404)
    restored = cast.cleo.api.post(f"{cast.path}/photos/{photo.id}/restore").json()
    assert restored["talk"]["comments"] == 1
    assert said(cast.vic, cast, photo) == [comment]


def test_a_photo_removed_a_moment_ago_takes_no_comment(cast: Cast, photo: Photo) -> None:
    vic = cast.membership(cast.vic)
    looked_up = access.photo_for(vic, photo.id)
    cast.cleo.api.delete(f"{cast.path}/photos/{photo.id}")
    before = newest_seq(cast)
    with pytest.raises(NotFoundError):
        actions.add(vic, looked_up, "Too late")
    assert newest_seq(cast) == before
    assert not Comment.objects.filter(photo=photo).exists()


def test_a_comment_is_found_only_under_its_own_photo_and_room(cast: Cast, photo: Photo) -> None:
    comment = say(cast.vic, cast, photo, "Here")
    other = shown_photo(cast)
    problem(cast.vic.api.patch(f"{talk_at(cast, other)}/{comment['id']}", json={"text": "There"}), 404)
    room = cast.sam.api.post("/rooms", json={"name": "Sam's"}).json()["id"]
    problem(cast.sam.api.patch(f"/rooms/{room}/photos/{photo.id}/comments/{comment['id']}", json={"text": "There"}), 404)
    assert said(cast.vic, cast, photo) == [comment]


def test_a_room_may_switch_talk_off_and_on_again(cast: Cast, photo: Photo) -> None:
    comment = say(cast.vic, cast, photo, "Before")
    place = f"{talk_at(cast, photo)}/{comment['id']}"
    assert "talk" in cast.vic.api.get(cast.path).json()["rights"]
    switch_talk(cast, on=False)
    assert "talk" not in cast.olive.api.get(cast.path).json()["rights"]
    for refused in (
        cast.olive.api.post(talk_at(cast, photo), json={"text": "After"}),
        cast.vic.api.patch(place, json={"text": "After"}),
    ):
        assert "switched off" in problem(refused, 403)["message"]
    assert said(cast.vic, cast, photo) == [comment]
    assert cast.vic.api.delete(place).status_code == 204, "one's own words can always be taken back"
    assert cast.vic.api.post(f"{place}/restore").status_code == 200
    switch_talk(cast, on=True)
    say(cast.vic, cast, photo, "After")


def test_talk_switched_off_a_moment_ago_is_off(cast: Cast, photo: Photo) -> None:
    vic = cast.membership(cast.vic)
    looked_up = access.photo_for(vic, photo.id)
    assert vic.room.talk
    switch_talk(cast, on=False)
    with pytest.raises(ForbiddenError, match="switched off"):
        actions.add(vic, looked_up, "Too late")
    assert said(cast.vic, cast, photo) == []


def test_somebody_removed_a_moment_ago_says_nothing_more(cast: Cast, photo: Photo) -> None:
    vic = cast.membership(cast.vic)
    looked_up = access.photo_for(vic, photo.id)
    members.remove(cast.membership(cast.olive), cast.membership(cast.vic))
    with pytest.raises(NotFoundError):
        actions.add(vic, looked_up, "Too late")
    assert said(cast.olive, cast, photo) == []


def test_many_who_speak_at_once_are_all_counted(cast: Cast, photo: Photo) -> None:
    people = [cast.olive, cast.mo, cast.cleo, cast.vic] * 3
    assert all(person.api for person in people), "made before the threads, each once"
    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(lambda numbered: say(numbered[1], cast, photo, f"{numbered[0]}"), enumerate(people)))
    events = [event for event in events_after(cast, cast.room.seq) if event["kind"] == "comment.added"]
    assert [event["data"]["comments"] for event in events] == list(range(1, len(people) + 1))
    listed = said(cast.vic, cast, photo)
    assert sorted(comment["text"] for comment in listed) == sorted(str(number) for number in range(len(people)))
    assert talk_of(cast.vic, cast, photo) == {"seq": events[-1]["seq"], "comments": len(people), "reactions": {}, "mine": []}


def age(comment_id: str, days: float) -> None:
    Comment.objects.filter(pk=comment_id).update(removed_at=timezone.now() - timedelta(days=days))


def test_a_removed_comment_is_gone_for_good_after_the_days_of_grace(cast: Cast, photo: Photo) -> None:
    comment, stays = (say(cast.vic, cast, photo, text)["id"] for text in ("Goes", "Stays"))
    place = f"{talk_at(cast, photo)}/{comment}"
    cast.vic.api.delete(place)
    age(comment, settings.ENV.undo_days - 0.1)
    housekeeping.tidy()
    assert cast.vic.api.post(f"{place}/restore").status_code == 200
    cast.vic.api.delete(place)
    age(comment, settings.ENV.undo_days + 0.1)
    housekeeping.tidy()
    assert [str(pk) for pk in Comment.objects.filter(photo=photo).values_list("pk", flat=True)] == [stays]
    problem(cast.vic.api.post(f"{place}/restore"), 404)


def test_a_removed_comment_with_answers_loses_its_words_and_goes_after_the_last_answer(cast: Cast, photo: Photo) -> None:
    first = say(cast.vic, cast, photo, "A secret")["id"]
    answer = say(cast.cleo, cast, photo, "An answer", first)["id"]
    cast.vic.api.delete(f"{talk_at(cast, photo)}/{first}")
    age(first, settings.ENV.undo_days + 0.1)
    housekeeping.tidy()
    assert Comment.objects.get(pk=first).text == ""
    assert [comment["id"] for comment in said(cast.mo, cast, photo)] == [first, answer]
    problem(cast.vic.api.post(f"{talk_at(cast, photo)}/{first}/restore"), 404)
    cast.cleo.api.delete(f"{talk_at(cast, photo)}/{answer}")
    housekeeping.tidy()
    assert Comment.objects.filter(photo=photo).count() == 2, "the answer can still be brought back"
    age(answer, settings.ENV.undo_days + 0.1)
    housekeeping.tidy()
    housekeeping.tidy()
    assert not Comment.objects.filter(photo=photo).exists()


def test_what_was_said_goes_with_the_photo_and_with_the_room(cast: Cast, photo: Photo) -> None:
    first = say(cast.vic, cast, photo, "Goes")["id"]
    say(cast.cleo, cast, photo, "Goes, too", first)
    other = say(cast.vic, cast, shown_photo(cast), "Goes with the room")["id"]
    cast.cleo.api.delete(f"{cast.path}/photos/{photo.id}")
    assert cast.cleo.api.delete(f"{cast.path}/removed/{photo.id}").status_code == 204
    assert [str(pk) for pk in Comment.objects.filter(room=cast.room).values_list("pk", flat=True)] == [other]
    cast.olive.api.delete(cast.path)
    Room.objects.filter(pk=cast.room.pk).update(deleted_at=timezone.now() - timedelta(days=settings.ENV.undo_days + 1))
    housekeeping.tidy()
    assert not Room.objects.filter(pk=cast.room.pk).exists()
    assert not Comment.objects.filter(pk=other).exists()


def test_the_words_of_somebody_whose_account_goes_stay_without_a_name(cast: Cast, photo: Photo) -> None:
    eve = make_person(cast.vic.server, "Eve")
    token = cast.olive.api.post(f"{cast.path}/invites", json={}).json()["token"]
    with eve.api as api:
        assert api.post(f"/invites/{token}/accept").status_code == 200
        say(eve, cast, photo, "I was here")
    User.objects.get(pk=eve.user.pk).delete()
    (comment,) = said(cast.vic, cast, photo)
    assert (comment["text"], comment["author"]) == ("I was here", None)

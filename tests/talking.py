"""What people say about photos, over the API."""

import itertools
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx

from rooms import access
from rooms.actions import admission, comments, reactions, rooms
from rooms.models import HEART, Comment, Membership, Photo
from salon.errors import ProblemError
from tests.people import Cast, Person
from tests.rows import made_up_photo


def shown_photo(cast: Cast) -> Photo:
    """A photo of Cleo's that is there for everybody, without files."""
    cleo = cast.membership(cast.cleo)
    photo = made_up_photo(cleo)
    admission.record_added(cleo, photo, developed=True)
    return photo


def address(cast: Cast, photo: Photo) -> str:
    return f"{cast.path}/photos/{photo.id}"


def talk_at(cast: Cast, photo: Photo) -> str:
    return f"{address(cast, photo)}/comments"


def say(person: Person, cast: Cast, photo: Photo, text: str, parent: str | None = None) -> dict[str, Any]:
    answer = person.api.post(talk_at(cast, photo), json={"text": text, "parent": parent})
    assert answer.status_code == 201, answer.text
    comment: dict[str, Any] = answer.json()
    return comment


def said(person: Person, cast: Cast, photo: Photo) -> list[dict[str, Any]]:
    answer = person.api.get(talk_at(cast, photo))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def react(person: Person, cast: Cast, photo: Photo, emoji: str, method: str = "PUT") -> httpx.Response:
    return person.api.request(method, f"{address(cast, photo)}/reactions/{emoji}")


def talk_of(person: Person, cast: Cast, photo: Photo) -> dict[str, Any]:
    talk: dict[str, Any] = person.api.get(address(cast, photo)).json()["talk"]
    return talk


def newest_seq(cast: Cast) -> int:
    seq: int = cast.olive.api.get(cast.path).json()["seq"]
    return seq


def events_after(cast: Cast, seq: int) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = cast.vic.api.get(f"{cast.path}/events", params={"after": seq}).json()["events"]
    return events


def switch_talk(cast: Cast, on: bool) -> None:
    assert cast.olive.api.patch(cast.path, json={"talk": on}).json()["talk"] is on


TALK = ["say", "answer", "reword", "unsay", "say again", "react", "take back", "hush"]
unique = itertools.count()


def talk(step: str, choice: int, cast: Cast) -> None:
    """One of these steps, of Olive's or Cleo's, about one of the photos; one that makes no sense just now is refused."""
    member = cast.membership(cast.olive if choice % 2 else cast.cleo)
    shown = Photo.objects.shown().filter(room=member.room).order_by("id")
    try:
        if step == "hush":
            rooms.edit(cast.membership(cast.olive), talk=choice % 3 > 0)
        elif shown:
            about(access.photo_for(member, shown[choice % len(shown)].id), step, choice, member)
    except ProblemError:
        pass


def about(photo: Photo, step: str, choice: int, member: Membership) -> None:
    emoji = [HEART, "\N{THUMBS UP SIGN}"][choice // 2 % 2]
    words = f"@[{member.user_id}] @[{uuid4()}] {next(unique)}"
    said = list(Comment.objects.filter(photo=photo).order_by("pk"))
    if step == "say":
        comments.add(member, photo, words)
    elif step == "react":
        reactions.add(member, photo, emoji)
    elif step == "take back":
        reactions.remove(member, photo, emoji)
    elif said:
        one = said[choice % len(said)]
        comment = access.comment_for(member, photo, one.id, removed=one.removed_at is not None)
        deeds: dict[str, Callable[[], object]] = {
            "answer": lambda: comments.add(member, photo, words, comment.id),
            "reword": lambda: comments.edit(member, comment, words),
            "unsay": lambda: comments.remove(member, comment),
            "say again": lambda: comments.restore(member, comment),
        }
        deeds[step]()

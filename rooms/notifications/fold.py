"""From the journal to notifications. A burst of photos by one person is one line for each member, which counts until it is settled."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from rooms import access, journal
from rooms.models import About, Comment, Event, Kind, Level, Notification, Photo, Room, Told

LEVELS = {About.PHOTOS: {Level.ALL}, About.REACTION: {Level.ALL}}
SAID_TO_ME = {Level.ALL, Level.MENTIONS}


@dataclass
class News:
    """What some people, or all members, are to hear of one person."""

    about: About
    actor: uuid.UUID
    photo: uuid.UUID
    seq: int
    at: datetime
    comment: uuid.UUID | None = None
    to: frozenset[uuid.UUID] | None = None  # None: everybody
    count: int = 1
    first_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.first_at = self.at


def fold_all() -> None:
    """Read every journal that has grown. Any number of processes may do it at the same time; each event is told once."""
    new = Room.objects.filter(told=None, deleted_at=None)
    Told.objects.bulk_create([Told(room=room, seq=room.seq) for room in new], ignore_conflicts=True)
    for room_id in Told.objects.filter(room__deleted_at=None, seq__lt=F("room__seq")).values_list("pk", flat=True):
        fold(room_id)


def fold(room_id: uuid.UUID) -> None:
    with transaction.atomic():
        told = Told.objects.select_for_update(skip_locked=True).filter(pk=room_id).first()
        if told is None:
            return  # another process is at it
        page = journal.since(room_id, told.seq)
        told.seq = page.events[-1].seq if page.events else page.seq
        told.save(update_fields=["seq"])
        gone = [event.data["comment"]["id"] for event in page.events if event.kind == Kind.COMMENT_REMOVED]
        for news in joined(news_of(page.events)):
            tell(room_id, news)
        Notification.objects.filter(comment__in=gone).delete()


def news_of(events: Iterable[Event]) -> Iterator[News]:
    for event in events:
        if event.actor_id is None:
            continue
        if event.kind == Kind.PHOTO_ADDED:
            yield News(About.PHOTOS, event.actor_id, uuid.UUID(event.data["id"]), event.seq, event.at)
        elif event.kind == Kind.COMMENT_ADDED:
            yield from said(event, event.data["comment"])
        elif event.kind == Kind.REACTION_ADDED:
            photo = uuid.UUID(event.data["photo"])
            yield News(About.REACTION, event.actor_id, photo, event.seq, event.at, to=uploader_of(photo))


def said(event: Event, comment: dict[str, Any]) -> Iterator[News]:
    """A comment tells each person once: that they are mentioned, before that they are answered, before that it is their photo."""
    assert event.actor_id is not None
    photo = uuid.UUID(event.data["photo"])
    told: frozenset[uuid.UUID] = frozenset()
    for about, to in (
        (About.MENTION, frozenset(uuid.UUID(str(person["id"])) for person in comment["mentions"])),
        (About.ANSWER, author_of(comment["parent"]) if comment["parent"] else frozenset()),
        (About.COMMENT, uploader_of(photo)),
    ):
        if to - told:
            yield News(about, event.actor_id, photo, event.seq, event.at, uuid.UUID(comment["id"]), to - told)
        told |= to


def uploader_of(photo: uuid.UUID) -> frozenset[uuid.UUID]:
    return frozenset(Photo.objects.filter(pk=photo, uploader__isnull=False).values_list("uploader", flat=True))


def author_of(comment: str) -> frozenset[uuid.UUID]:
    return frozenset(Comment.objects.filter(pk=comment, author__isnull=False).values_list("author", flat=True))


def joined(news: Iterable[News]) -> list[News]:
    """Photos by the same person in one."""
    bursts: dict[object, News] = {}
    for index, one in enumerate(news):
        burst = bursts.setdefault(one.actor if one.about == About.PHOTOS else index, one)
        if burst is not one:
            burst.photo, burst.seq, burst.at, burst.count = one.photo, one.seq, one.at, burst.count + 1
    return list(bursts.values())


def tell(room_id: uuid.UUID, news: News) -> None:
    photo = Photo.objects.filter(pk=news.photo).first()
    if photo is None or (news.comment and not Comment.objects.filter(pk=news.comment).exists()):
        return  # gone for good already
    listeners = access.listeners(room_id, LEVELS.get(news.about, SAID_TO_ME), news.to).exclude(user=news.actor)
    if news.about == About.PHOTOS:
        listeners = listeners.filter(read_seq__lt=news.seq)  # whoever looks at the room has seen them
    users = set(listeners.values_list("user", flat=True))
    users -= lengthened(room_id, news, users)
    facts = {
        "room_id": room_id, "about": news.about, "actor_id": news.actor, "photo_id": news.photo, "comment_id": news.comment,
        "count": news.count, "seq": news.seq, "first_at": news.first_at, "at": news.at,
        "settled_at": news.at if news.about == About.REACTION else None,  # nobody's pocket buzzes for a heart
    }  # fmt: skip
    Notification.objects.bulk_create([Notification(user_id=user, **facts) for user in users])


def lengthened(room_id: uuid.UUID, news: News, users: set[uuid.UUID]) -> set[uuid.UUID]:
    """Whose line about this is still open, so that it counts on."""
    same = Notification.objects.filter(room=room_id, about=news.about, read_at=None, user__in=users)
    if news.about == About.PHOTOS:
        same = same.filter(actor=news.actor, settled_at=None)
    elif news.about == About.REACTION:
        same = same.filter(photo=news.photo)
    else:
        return set()
    told = set(same.values_list("user", flat=True))
    more = {"count": F("count") + news.count, "seq": news.seq, "at": news.at, "photo": news.photo, "actor": news.actor}
    same.update(**more)
    return told

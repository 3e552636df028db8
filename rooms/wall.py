"""What hangs on a room's wall: ready photos, and what the screens were told to do."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from rooms import access, journal
from rooms.access import Right
from rooms.models import Invite, Kind, Membership, Photo, PhotoState, Room, Screen
from rooms.models.photo import PhotoQuerySet
from rooms.shapes.wall import WallFeed, WallOut, WallPhoto

PAGE = 500
SEEN_STEP = timedelta(minutes=1)
PHOTO_KINDS = (Kind.PHOTO_ADDED, Kind.PHOTO_READY, Kind.PHOTO_FAILED, Kind.PHOTO_CHANGED, Kind.PHOTO_REMOVED, Kind.PHOTO_RESTORED)
KINDS = frozenset({*PHOTO_KINDS, Kind.ROOM_CHANGED, Kind.WALL_CHANGED})  # that a wall hears of


@dataclass(frozen=True)
class Found:
    """Photos that hang, those that hang no more, and where to go on."""

    photos: list[Photo]
    gone: list[str]
    seq: int
    reset: bool
    next: str | None


def invite_of(room: Room) -> Invite | None:
    """The link that the wall shows, as long as it lets somebody in."""
    known = room.wall.get("invite")
    return Invite.objects.open().filter(room=room, pk=known).first() if known else None


def state_of(room: Room, invite: Invite | None) -> WallOut:
    pinned = room.wall.get("pinned")
    hangs = pinned is not None and hanging(room).filter(pk=pinned).exists()
    return WallOut(
        pinned=pinned if hangs else None,
        paused=room.wall.get("paused", False),
        skips=room.wall.get("skips", 0),
        code=invite is not None,
    )


def hanging(room: Room) -> PhotoQuerySet:
    return Photo.objects.shown().filter(room=room, state=PhotoState.READY)


def shows_code_to(viewer: Membership | Screen) -> bool:
    """A screen shows it to whoever stands before it; of the members those see it who could make one themselves."""
    return isinstance(viewer, Screen) or Right.INVITE in access.rights_of(viewer)


def feed_of(viewer: Membership | Screen, found: Found, join: str | None, invite: Invite | None) -> WallFeed:
    room = viewer.room
    return WallFeed(
        name=room.name,
        wall=state_of(room, invite),
        join=join if shows_code_to(viewer) else None,
        seq=found.seq,
        reset=found.reset,
        photos=[WallPhoto.of(photo, room) for photo in found.photos],
        gone=[uuid.UUID(gone) for gone in found.gone],
        next=found.next,
    )


def everything(room: Room, before: uuid.UUID | None = None) -> Found:
    """A page of all that hangs, newest first, of what is older than `before`."""
    photos = hanging(room).newest_first().select_related("uploader")
    page = list((photos.filter(pk__lt=before) if before else photos)[: PAGE + 1])
    return Found(page[:PAGE], [], room.seq, reset=True, next=str(page[PAGE - 1].pk) if len(page) > PAGE else None)


def changes(room: Room, after: int) -> Found:
    """What has changed since event number `after`; everything where the journal does not reach back to it."""
    page = journal.since(room.pk, after, PAGE)
    if page.reset:
        return everything(room)
    touched = {id_of(event.data) for event in page.events if event.kind in PHOTO_KINDS}
    photos = list(hanging(room).filter(pk__in=touched).select_related("uploader").order_by("pk")) if touched else []
    seq = page.events[-1].seq if page.events else after
    gone = sorted(touched - {str(photo.pk) for photo in photos})
    return Found(photos, gone, seq, reset=False, next=str(seq) if seq < page.seq else None)


def id_of(data: dict[str, Any]) -> str:
    return str(data["id"])


def note_look(viewer: Membership | Screen) -> None:
    """A screen has asked, so it is switched on."""
    now = timezone.now()
    if isinstance(viewer, Screen) and (viewer.seen_at is None or now - viewer.seen_at > SEEN_STEP):
        Screen.objects.filter(pk=viewer.pk).update(seen_at=now)

"""The screens on a room's wall, and what they are told to do."""

import secrets
import uuid
from functools import partial
from typing import Any, TypedDict

from django.db import transaction
from django.utils import timezone

from accounts.models import digest
from rooms import access, broadcasts, journal, wall
from rooms.access import Right
from rooms.actions import invites
from rooms.actions.change import change
from rooms.models import Invite, Kind, Membership, PhotoState, Room, Screen
from rooms.shapes.wall import WallOut
from salon.errors import InvalidError

LABEL = "On the wall"


class Wish(TypedDict, total=False):
    """What is to change. `skip` goes on to the next photo; `code` shows the way in, or takes it away."""

    pinned: uuid.UUID | None
    paused: bool
    skip: bool
    code: bool


def hang(member: Membership, label: str = "") -> tuple[Screen, str]:
    """A new screen and its key. The key is kept nowhere: show it now or never."""
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        lock(member, Right.CURATE)
        return Screen.objects.create(room=member.room, label=label, digest=digest(key), created_by=member.user), key


def take_down(member: Membership, screen: Screen) -> None:
    with transaction.atomic():
        lock(member, Right.CURATE)
        screen.delete()
        transaction.on_commit(partial(broadcasts.doubt_room, member.room_id))


def lock(member: Membership, right: Right) -> None:
    Room.objects.select_for_update(no_key=True).get(pk=member.room_id)
    access.recheck(member, right)


def steer(member: Membership, wish: Wish) -> WallOut:
    """Tell all screens what to do. Only who manages the room decides whether they show the way in."""
    room = member.room
    with change(member, Kind.WALL_CHANGED, Right.MANAGE if "code" in wish else Right.CURATE) as entry:
        room.refresh_from_db(fields=["wall"])
        wanted = room.wall | steered(member, wish)
        if wanted == room.wall:
            raise journal.UnchangedError
        room.wall = wanted
        room.save(update_fields=["wall"])
        entry.data = wall.state_of(room, wall.invite_of(room)).model_dump(mode="json")
    return wall.state_of(room, wall.invite_of(room))


def steered(member: Membership, wish: Wish) -> dict[str, Any]:
    """What of the wall's state becomes another."""
    new: dict[str, Any] = {}
    if wish.get("skip"):
        new |= {"skips": member.room.wall.get("skips", 0) + 1, "pinned": None}
    if "pinned" in wish:
        new["pinned"] = pinnable(member, wish["pinned"])
    if "paused" in wish:
        new["paused"] = wish["paused"]
    if "code" in wish and wish["code"] != (wall.invite_of(member.room) is not None):
        close_door(member.room)
        new["invite"] = str(invites.create(member, label=LABEL).pk) if wish["code"] else None
    return new


def pinnable(member: Membership, photo_id: uuid.UUID | None) -> str | None:
    if photo_id is None:
        return None
    if access.photo_for(member, photo_id).state != PhotoState.READY:
        raise InvalidError("This photo is not ready yet. Wait a moment and try again.", field="pinned")
    return str(photo_id)


def close_door(room: Room) -> None:
    """End the link that the screens show."""
    Invite.objects.filter(room=room, pk=room.wall.get("invite"), revoked_at=None).update(revoked_at=timezone.now())

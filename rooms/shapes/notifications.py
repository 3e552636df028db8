import uuid
from datetime import time
from typing import Self

from ninja import Schema

from rooms.models import About, Device, Digest, Notification
from rooms.notifications.words import path, sentence
from rooms.shapes.people import PersonOut
from rooms.shapes.photos import media_address
from salon.moments import Moment


class RoomNamed(Schema):
    id: str
    name: str


class NotificationOut(Schema):
    """`text` is the whole of it in a sentence, `path` where it leads."""

    id: uuid.UUID
    about: About
    room: RoomNamed
    actor: PersonOut
    count: int
    photo: uuid.UUID
    thumb: str | None
    comment: uuid.UUID | None
    text: str
    path: str
    at: Moment
    read: bool

    @classmethod
    def of(cls, one: Notification) -> Self:
        return cls(
            id=one.id,
            about=About(one.about),
            room=RoomNamed(id=one.room.slug, name=one.room.name),
            actor=PersonOut.of(one.actor),
            count=one.count,
            photo=one.photo_id,
            thumb=media_address(one.room, one.photo_id, "thumb") if one.photo.removed_at is None else None,
            comment=one.comment_id,
            text=sentence(one),
            path=path(one),
            at=one.at,
            read=one.read_at is not None,
        )


class NotificationPage(Schema):
    items: list[NotificationOut]
    next: str | None
    unread: int


class DeviceOut(Schema):
    id: uuid.UUID
    name: str
    created_at: Moment
    reached_at: Moment | None

    @classmethod
    def of(cls, device: Device) -> Self:
        return cls(**{field: getattr(device, field) for field in ("id", "name", "created_at", "reached_at")})


class DeviceList(Schema):
    items: list[DeviceOut]
    next: None = None


class AttentionOut(Schema):
    """When somebody may be disturbed. `push_key` is what a browser subscribes with; `mail` says whether this Salon sends any."""

    quiet_from: time | None
    quiet_to: time | None
    time_zone: str
    digest: Digest
    push_key: str
    mail: bool

import uuid
from typing import Self

from ninja import Schema

from rooms.models import Photo, Room, Screen
from rooms.shapes.people import PersonOut
from rooms.shapes.photos import media_address
from salon.moments import Moment

PHOTO_FIELDS = (
    "id", "caption", "alt", "width", "height", "taken_at", "taken_zone", "added_at", "thumbhash", "animated"
)  # fmt: skip  # of a photo, as they are


class WallOut(Schema):
    """What the screens of a room were told to do. `code` says whether they show the way in."""

    pinned: uuid.UUID | None
    paused: bool
    skips: int
    code: bool


class WallPhoto(Schema):
    """As much of a photo as hangs on a wall."""

    id: uuid.UUID
    by: str
    caption: str
    alt: str
    width: int
    height: int
    taken_at: Moment | None
    taken_zone: int | None
    added_at: Moment
    thumbhash: str
    animated: bool
    grid: str
    view: str

    @classmethod
    def of(cls, photo: Photo, room: Room) -> Self:
        return cls(
            **{field: getattr(photo, field) for field in PHOTO_FIELDS},
            by=photo.uploader.name if photo.uploader else "",
            grid=media_address(room, photo.id, "grid"),
            view=media_address(room, photo.id, "view"),
        )


class WallFeed(Schema):
    """What a wall shows. With `reset` it is the beginning of all of it, the newest first, and otherwise what has changed."""

    name: str
    wall: WallOut
    join: str | None
    seq: int
    reset: bool
    photos: list[WallPhoto]
    gone: list[uuid.UUID]
    next: str | None


class ScreenOut(Schema):
    id: uuid.UUID
    label: str
    created_at: Moment
    created_by: PersonOut | None
    seen_at: Moment | None

    @classmethod
    def of(cls, screen: Screen) -> Self:
        fields = ("id", "label", "created_at", "seen_at")
        return cls(
            **{field: getattr(screen, field) for field in fields}, created_by=PersonOut.of(screen.created_by) if screen.created_by else None
        )


class ScreenMade(ScreenOut):
    """A new screen with its link, which is shown this once."""

    url: str


class ScreenList(Schema):
    items: list[ScreenOut]
    next: None = None

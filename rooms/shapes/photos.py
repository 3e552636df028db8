import uuid
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.urls import reverse
from ninja import Schema

from rooms.models import Originals, Photo, PhotoState, Room
from rooms.shapes.people import PersonOut
from rooms.shapes.talk import TalkOut
from salon.moments import Moment

VARIANTS = ("thumb", "grid", "view", "original")


OWN_FIELDS = (
    "id", "seq", "caption", "alt", "width", "height", "taken_at", "taken_zone", "added_at", "located", "animated", "thumbhash", "state",
    "error",
)  # fmt: skip  # of a photo, as they are


class MediaOut(Schema):
    thumb: str
    grid: str
    view: str
    original: str


class PhotoOut(Schema):
    id: uuid.UUID
    seq: int
    uploader: PersonOut | None
    caption: str
    alt: str
    width: int
    height: int
    taken_at: Moment | None
    taken_zone: int | None
    added_at: Moment
    located: bool
    animated: bool
    thumbhash: str
    state: PhotoState
    error: str
    upload: uuid.UUID | None
    media: MediaOut
    talk: TalkOut | None

    @classmethod
    def of(cls, photo: Photo, room: Room, talk: TalkOut | None = None) -> Self:
        """With its talk for one person; the journal's text is the same for everybody, and goes without."""
        return cls(
            **{field: getattr(photo, field) for field in OWN_FIELDS},
            talk=talk,
            upload=photo.upload_id,
            uploader=PersonOut.of(photo.uploader) if photo.uploader else None,
            media=media_of(room, photo.id),
        )


def media_address(room: Room, photo_id: uuid.UUID, variant: str) -> str:
    return reverse("media", args=[room.slug, photo_id, variant])


def media_of(room: Room, photo_id: uuid.UUID) -> MediaOut:
    return MediaOut(**{variant: media_address(room, photo_id, variant) for variant in VARIANTS})


class CameraOut(Schema):
    make: str = ""
    model: str = ""
    lens: str = ""
    exposure: str = ""
    aperture: str = ""
    iso: int | None = None
    focal_length: str = ""


class PlaceOut(Schema):
    latitude: float
    longitude: float


class DetailsOut(Schema):
    """What the file itself says, as far as `policy` lets this person know it."""

    format: str
    size: int
    taken_at: Moment | None
    taken_zone: int | None
    camera: CameraOut | None
    place: PlaceOut | None
    policy: Originals

    @classmethod
    def of(cls, photo: Photo, policy: Originals) -> Self:
        place = None
        if policy == Originals.AS_IS and photo.latitude is not None and photo.longitude is not None:
            place = PlaceOut(latitude=photo.latitude, longitude=photo.longitude)
        camera = CameraOut(**photo.camera) if photo.camera and policy != Originals.WITHOUT_METADATA else None
        fields = ("format", "size", "taken_at", "taken_zone")
        return cls(**{field: getattr(photo, field) for field in fields}, camera=camera, place=place, policy=policy)


class RemovedOut(PhotoOut):
    """A photo that can still be brought back. `preview` is the address of its picture; its other addresses are closed."""

    removed_at: Moment
    removed_by: PersonOut | None
    gone_at: Moment
    preview: str

    @classmethod
    def of(cls, photo: Photo, room: Room, talk: TalkOut | None = None) -> Self:
        assert photo.removed_at is not None
        return cls(
            **PhotoOut.of(photo, room, talk).dict(),
            removed_at=photo.removed_at,
            removed_by=PersonOut.of(photo.removed_by) if photo.removed_by else None,
            gone_at=photo.removed_at + timedelta(days=settings.ENV.undo_days),
            preview=reverse("removed", args=[room.slug, photo.id]),
        )


class RemovedPage(Schema):
    items: list[RemovedOut]
    next: str | None


class PhotoPage(Schema):
    items: list[PhotoOut]
    next: str | None

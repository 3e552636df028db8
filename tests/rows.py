"""Rows for tests about numbers of rows, where real pictures would only take time."""

from uuid import uuid4

from django.utils import timezone

from rooms.models import Event, Kind, Membership, Photo, PhotoState
from salon.ids import new_id


def made_up_photo(member: Membership, **fields: object) -> Photo:
    """A photo that is not saved yet and has no files."""
    facts: dict[str, object] = {"width": 4, "height": 3, "format": "jpeg", "size": 12, "thumbhash": "1QcSHQRnh493V4dIh4eXh1h4kJUI"}
    return Photo(**(facts | {"id": new_id(), "room": member.room, "uploader": member.user, "sha256": uuid4().hex * 2} | fields))


def fill(member: Membership, photos: int) -> None:
    """Photos and as many events, straight into the tables."""
    room = member.room
    start = room.seq
    Photo.objects.bulk_create(made_up_photo(member, seq=start + number + 1, state=PhotoState.READY) for number in range(photos))
    Event.objects.bulk_create(
        Event(room=room, seq=start + number + 1, kind=Kind.ROOM_CHANGED, actor=member.user, at=timezone.now(), data={"number": number})
        for number in range(photos)
    )
    room.seq = start + photos
    room.save(update_fields=["seq"])

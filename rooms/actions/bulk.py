"""Many photos at once: all of them or none, with the rights that each would need by itself, and an event for each."""

import uuid
from collections.abc import Collection, Sequence
from functools import partial
from typing import Unpack

from django.db import IntegrityError, transaction

from rooms import access, journal, shown
from rooms.access import Right
from rooms.actions.edits import EDITED, PhotoChanges, apply
from rooms.actions.photos import DuplicateError, locked
from rooms.models import Kind, Membership, Photo
from rooms.shapes.photos import PhotoOut
from salon.errors import NotFoundError

AGAIN = "One of these pictures has been added to the room again, so none was brought back. Leave that one out."


def remove_many(member: Membership, ids: Collection[uuid.UUID]) -> None:
    """Those that are removed already stay as they are."""
    with transaction.atomic():
        photos = [photo for photo in asked_for(member, ids) if photo.removed_at is None]
        require_tending(member, photos)
        if photos:
            hide(member, photos)


def hide(member: Membership, photos: Sequence[Photo]) -> None:
    with journal.record_many(member.room, Kind.PHOTO_REMOVED, member.user, len(photos)) as entries:
        for photo, entry in zip(photos, entries, strict=True):
            photo.seq, photo.removed_at, photo.removed_by = entry.seq, entry.at, member.user
            entry.data = {"id": str(photo.id)}
            transaction.on_commit(partial(shown.hide, photo), robust=True)  # before anybody is told
        Photo.objects.bulk_update(photos, ["seq", "removed_at", "removed_by"])


def restore_many(member: Membership, ids: Collection[uuid.UUID]) -> list[Photo]:
    """All of them as they are now. Raises DuplicateError when the bytes of one have been added in between."""
    try:
        with transaction.atomic():
            photos = asked_for(member, ids)
            removed = [photo for photo in photos if photo.removed_at is not None]
            require_tending(member, removed)
            for photo in removed:
                photo.removed_at = photo.removed_by = None
            tell(member, Kind.PHOTO_RESTORED, removed, "removed_at", "removed_by")
    except IntegrityError:
        raise DuplicateError(AGAIN) from None
    return photos


def edit_many(member: Membership, ids: Collection[uuid.UUID], **changes: Unpack[PhotoChanges]) -> list[Photo]:
    """All of them as they are now."""
    with transaction.atomic():
        photos = asked_for(member, ids)
        if any(photo.removed_at is not None for photo in photos):
            raise NotFoundError
        require_tending(member, photos)
        tell(member, Kind.PHOTO_CHANGED, [photo for photo in photos if apply(photo, changes)], *EDITED)
    return photos


def asked_for(member: Membership, ids: Collection[uuid.UUID]) -> list[Photo]:
    """Photos of the room, in this order, as they are under its lock. Raises NotFoundError if one of them is not in it."""
    access.recheck(locked(member), Right.VIEW)
    found = Photo.objects.filter(room=member.room).select_related("uploader").in_bulk(ids)
    if not set(ids) <= set(found):
        raise NotFoundError
    photos = [found[photo_id] for photo_id in dict.fromkeys(ids)]
    for photo in photos:
        photo.room = member.room
    return photos


def require_tending(member: Membership, photos: Collection[Photo]) -> None:
    for photo in photos:
        access.require_tending(member, photo)


def tell(member: Membership, kind: Kind, photos: Sequence[Photo], *fields: str) -> None:
    """Save these fields of the photos, with an event for each."""
    if not photos:
        return
    with journal.record_many(member.room, kind, member.user, len(photos)) as entries:
        for photo, entry in zip(photos, entries, strict=True):
            photo.seq = entry.seq
            entry.data = PhotoOut.of(photo, member.room).model_dump(mode="json")
        Photo.objects.bulk_update(photos, ["seq", *fields])

"""Archives are nobody else's business, so they leave no trace in the journal."""

import uuid
from collections.abc import Collection
from datetime import timedelta

from django.utils import timezone

from rooms.models import Archive, Membership, Photo
from salon.errors import InvalidError, NotFoundError

LIFETIME = timedelta(hours=24)
MOST_PHOTOS = 50_000
MOST_ARCHIVES = 10  # of one person in one room; the oldest give way


def create(member: Membership, wanted: Collection[uuid.UUID] | None) -> Archive:
    """These photos in this order, or all of the room in the order in which they were added.

    Raises NotFoundError if one of them is not shown in the room, InvalidError for none or too many.
    """
    shown = list(Photo.objects.shown().filter(room=member.room).order_by("pk").values_list("pk", flat=True))
    chosen = shown if wanted is None else list(dict.fromkeys(wanted))
    if not chosen:
        raise InvalidError("Choose at least one photo.", field="photos")
    if len(chosen) > MOST_PHOTOS:
        raise InvalidError(f"One archive holds at most {MOST_PHOTOS} photos.", field="photos")
    if not set(chosen) <= set(shown):
        raise NotFoundError
    mine = Archive.objects.filter(room=member.room, user=member.user).order_by("-created_at")
    mine.filter(pk__in=[archive.pk for archive in mine.only("pk")[MOST_ARCHIVES - 1 :]]).delete()
    return Archive.objects.create(
        room=member.room, user=member.user, photos=[str(photo_id) for photo_id in chosen], expires_at=timezone.now() + LIFETIME
    )

"""How many bytes a person and a room may take, counted under a lock, so that many uploads at once get no more than one by one.

What is counted is what lies on the disk or was promised a place there: photos, removed ones too until they are gone for good, and
resumable uploads from the moment they begin.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet, Sum

from accounts.models import User
from rooms.models import Membership, Photo, Room, Upload
from salon.errors import ProblemError


class QuotaError(ProblemError):
    status = 413
    code = "quota"


@dataclass(frozen=True)
class Quota:
    """`limit` is bytes; `whose` says in words what they are counted for."""

    limit: int
    whose: str
    photos: QuerySet[Photo]
    uploads: QuerySet[Upload]

    @property
    def left(self) -> int:
        coming = self.uploads.filter(photo=None)  # expired ones too, until they are gone: one may be at its last piece
        return max(0, self.limit - bytes_of(self.photos) - bytes_of(coming))


def left(member: Membership) -> int | None:
    """Bytes this member may still add to the room; None where there is no limit."""
    return min((quota.left for quota in quotas_of(member)), default=None)


def reserve(member: Membership, size: int) -> None:
    """Raise QuotaError unless `size` more bytes fit.

    Locks the person and the room until the transaction ends: call it in the one that writes the row. Whoever takes both locks takes
    the person's first.
    """
    User.objects.select_for_update(no_key=True).get(pk=member.user_id)
    if settings.QUOTA_ROOM_BYTES:
        Room.objects.select_for_update(no_key=True).get(pk=member.room_id)
    for quota in quotas_of(member):
        if size > quota.left:
            message = f"This photo takes {megabytes(size)}, but only {megabytes(quota.left)} are left for {quota.whose}."
            raise QuotaError(message, field="file")


def quotas_of(member: Membership) -> list[Quota]:
    photos, uploads, quotas = Photo.objects.all(), Upload.objects.all(), []
    if settings.QUOTA_PERSON_BYTES:
        user = member.user_id
        quotas.append(Quota(settings.QUOTA_PERSON_BYTES, "your photos", photos.filter(uploader=user), uploads.filter(user=user)))
    if settings.QUOTA_ROOM_BYTES:
        room = member.room_id
        quotas.append(Quota(settings.QUOTA_ROOM_BYTES, "this room", photos.filter(room=room), uploads.filter(room=room)))
    return quotas


def bytes_of(rows: "QuerySet[Photo] | QuerySet[Upload]") -> int:
    return rows.aggregate(bytes=Sum("size"))["bytes"] or 0


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size < 10_000_000 else f"{size // 1_000_000} MB"

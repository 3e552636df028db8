"""What members read: rooms and pages of photos, in a number of queries that does not grow with them."""

import uuid
from collections.abc import Collection, Iterable

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from rooms import access
from rooms.models import Membership, Photo, PhotoState, Role, Upload
from rooms.shapes.photos import PhotoOut, PhotoPage, RemovedOut, RemovedPage, media_address
from rooms.shapes.rooms import RoomOut, RoomShared

PAGE = 60
LARGEST_PAGE = 200


def rooms_of(user: access.Asker) -> list[RoomOut]:
    return [room_out(member) for member in with_counts(access.memberships(user)).order_by("-room__created_at")]


def room_of(member: Membership) -> RoomOut:
    return room_out(with_counts(access.memberships(member.user)).get(pk=member.pk))


def with_counts(members: QuerySet[Membership]) -> QuerySet[Membership]:
    photos = Photo.objects.shown().filter(room=OuterRef("room"))
    others = Membership.objects.filter(room=OuterRef("room"))
    return members.annotate(
        photos=Coalesce(Subquery(photos.order_by().values("room").annotate(n=Count("*")).values("n")), 0),
        people=Coalesce(Subquery(others.order_by().values("room").annotate(n=Count("*")).values("n")), 0),
        cover=Subquery(photos.filter(state=PhotoState.READY).newest_first().values("pk")[:1]),
    )


def room_out(member: Membership) -> RoomOut:
    room, cover = member.room, getattr(member, "cover", None)
    return RoomOut(
        **RoomShared.of(room).dict(),
        role=Role(member.role),
        rights=sorted(access.rights_of(member)),
        members=getattr(member, "people", 0),
        photos=getattr(member, "photos", 0),
        cover=media_address(room, cover, "grid") if cover else None,
    )


def photos_of(member: Membership, before: uuid.UUID | None = None, limit: int = PAGE) -> PhotoPage:
    """A page of photos, newest first, of those older than `before`."""
    found = Photo.objects.shown().filter(room=member.room).select_related("uploader").newest_first()
    if before is not None:
        found = found.filter(pk__lt=before)
    photos = list(found[: limit + 1])
    more = len(photos) > limit
    return page_of(photos[:limit], member, more=more)


def photos_by_hash(member: Membership, hashes: Collection[str]) -> QuerySet[Photo]:
    """The room's photos whose files have these SHA-256 sums."""
    shown = Photo.objects.shown().filter(room=member.room, sha256__in=hashes).exclude(state=PhotoState.FAILED)
    return shown.select_related("uploader")


def removed_of(member: Membership, before: uuid.UUID | None = None, limit: int = PAGE) -> RemovedPage:
    """A page of removed photos that this member may bring back, the newest first."""
    found = access.restorable(member).order_by("-id")
    photos = list((found.filter(pk__lt=before) if before else found)[: limit + 1])
    items = [RemovedOut.of(photo, member.room) for photo in photos[:limit]]
    return RemovedPage(items=items, next=str(items[-1].id) if len(photos) > limit else None)


def uploads_of(member: Membership) -> QuerySet[Upload]:
    """This member's resumable uploads that wait for more."""
    return Upload.objects.filter(room=member.room, user=member.user, photo=None, expires_at__gt=timezone.now()).order_by("pk")


def page_of(photos: Iterable[Photo], member: Membership, *, more: bool) -> PhotoPage:
    items = [PhotoOut.of(photo, member.room) for photo in photos]
    return PhotoPage(items=items, next=str(items[-1].id) if more else None)

"""What members read: rooms and pages of photos, in a number of queries that does not grow with them."""

import uuid
from collections.abc import Collection
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from rooms import access, covers
from rooms.access import Right
from rooms.models import Event, Level, Membership, Photo, PhotoState, Report, Role, Upload
from rooms.shapes.photos import PhotoPage, RemovedOut, RemovedPage
from rooms.shapes.reports import ReportOut, ReportPage
from rooms.shapes.rooms import RoomChanged, RoomOut
from rooms.talk import photos_out

PAGE = 60
LARGEST_PAGE = 200


def rooms_of(user: access.Asker) -> list[RoomOut]:
    """My rooms, the one where something happened last before the others."""
    events = Event.objects.filter(room=OuterRef("room")).order_by("-seq").values("at")[:1]
    photos = Photo.objects.shown().filter(room=OuterRef("room")).newest_first().values("added_at")[:1]
    latest = Coalesce(Subquery(events), Subquery(photos), "room__created_at")  # events are forgotten in time
    return [room_out(member) for member in with_counts(access.memberships(user)).order_by(latest.desc())]


def room_of(member: Membership) -> RoomOut:
    return room_out(with_counts(access.memberships(member.user)).get(pk=member.pk))


def with_counts(members: QuerySet[Membership]) -> QuerySet[Membership]:
    photos = Photo.objects.shown().filter(room=OuterRef("room"))
    unread = photos.filter(added_seq__gt=OuterRef("read_seq")).exclude(uploader=OuterRef("user"))
    others = Membership.objects.filter(room=OuterRef("room"))
    reports = Report.objects.open().filter(room=OuterRef("room"))
    counts = {"photos": photos, "unread": unread, "people": others, "reports": reports}
    return members.annotate(
        **{name: Coalesce(Subquery(counted(rows)), 0) for name, rows in counts.items()},
        **covers.columns("room", "room__cover"),
    )


def counted(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    counts: QuerySet[Any, Any] = rows.order_by().values("room").annotate(n=Count("*")).values("n")
    return counts


def room_out(member: Membership) -> RoomOut:
    counts: Any = member  # as `with_counts` found it
    rights = access.rights_of(member)
    return RoomOut(
        **RoomChanged.at(member.room, covers.Cover(counts.cover_id, counts.cover_thumbhash or "")).dict(),
        role=Role(member.role),
        rights=sorted(rights),
        members=counts.people,
        photos=counts.photos,
        unread=counts.unread,
        read_seq=member.read_seq,
        reports=counts.reports if Right.CURATE in rights else 0,
        notify=Level(member.notify),
    )


def photos_of(member: Membership, before: uuid.UUID | None = None, limit: int = PAGE) -> PhotoPage:
    """A page of photos, newest first, of those older than `before`."""
    found = Photo.objects.shown().filter(room=member.room).select_related("uploader").newest_first()
    if before is not None:
        found = found.filter(pk__lt=before)
    photos = list(found[: limit + 1])
    more = len(photos) > limit
    return page_of(photos[:limit], member, more=more)


def photos_by_id(member: Membership, ids: Collection[uuid.UUID]) -> PhotoPage:
    """These photos in this order, without those that are not shown in the room."""
    found = Photo.objects.shown().filter(room=member.room).select_related("uploader").in_bulk(ids)
    return page_of([found[photo_id] for photo_id in dict.fromkeys(ids) if photo_id in found], member, more=False)


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


def reports_of(member: Membership, after: uuid.UUID | None = None, limit: int = PAGE) -> ReportPage:
    """A page of open reports, the oldest first."""
    found = Report.objects.open().filter(room=member.room).select_related("room", "photo__uploader", "comment__author", "reporter")
    reports = list((found.filter(pk__gt=after) if after else found).order_by("pk")[: limit + 1])
    items = [ReportOut.of(report) for report in reports[:limit]]
    return ReportPage(items=items, next=str(items[-1].id) if len(reports) > limit else None)


def uploads_of(member: Membership) -> QuerySet[Upload]:
    """This member's resumable uploads that wait for more."""
    return Upload.objects.filter(room=member.room, user=member.user, photo=None, expires_at__gt=timezone.now()).order_by("pk")


def page_of(photos: Collection[Photo], member: Membership, *, more: bool) -> PhotoPage:
    items = photos_out(photos, member)
    return PhotoPage(items=items, next=str(items[-1].id) if more else None)

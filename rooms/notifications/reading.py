"""Somebody's own list."""

import uuid

from django.db.models import QuerySet

from accounts.models import User
from rooms import access
from rooms.models import Notification
from rooms.shapes.notifications import NotificationOut, NotificationPage

PAGE = 30
LARGEST_PAGE = 200


def notifications_of(user: User, before: uuid.UUID | None = None, limit: int = PAGE) -> NotificationPage:
    """The newest first; only of rooms they are still in."""
    mine = of_person(user)
    found = mine.filter(pk__lt=before) if before else mine
    rows = list(found.select_related("room", "actor", "photo", "comment").order_by("-id")[: limit + 1])
    items = [NotificationOut.of(row) for row in rows[:limit]]
    return NotificationPage(items=items, next=str(items[-1].id) if len(rows) > limit else None, unread=unread(user))


def unread(user: User) -> int:
    return of_person(user).filter(read_at=None).count()


def of_person(user: User) -> QuerySet[Notification]:
    return Notification.objects.filter(user=user, room__in=access.memberships(user).values("room"))

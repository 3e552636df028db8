"""Which bursts are over, and who is pushed to for them: nobody who has seen it already, and nobody in their quiet hours."""

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from rooms import access
from rooms.models import About, Attention, Notification
from rooms.notifications import push

PAUSE = timedelta(seconds=45)  # without another photo, and a burst is over
LONGEST = timedelta(minutes=10)  # then it is told although it goes on
MOMENT = timedelta(seconds=10)  # for whoever is just looking at it, and for whoever takes back what they said
AT_ONCE = 500


def settle_all() -> None:
    """Push what is due. It is written down before it is sent: better in the list alone than twice in a pocket."""
    now = timezone.now()
    with transaction.atomic():
        due = list(due_at(now).select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])
        resting = resting_at(now, {notification.user_id for notification in due})
        over = [notification for notification in due if notification.user_id not in resting]
        Notification.objects.filter(pk__in=[notification.pk for notification in over]).update(settled_at=now)
        see(over, now)
        wanted = [notification for notification in over if wants(notification)]
    push.send(wanted, unread_of(notification.user_id for notification in wanted))


def due_at(now: datetime) -> QuerySet[Notification]:
    photos = Q(about=About.PHOTOS) & (Q(at__lte=now - PAUSE) | Q(first_at__lte=now - LONGEST))
    said = ~Q(about=About.PHOTOS) & Q(at__lte=now - MOMENT)
    open_ones = Notification.objects.filter(photos | said, settled_at=None).order_by("at")
    return open_ones.select_related("user", "room", "actor", "photo", "comment")


def resting_at(now: datetime, users: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those of them whose quiet hours it is."""
    return {attention.user_id for attention in Attention.objects.filter(user__in=users) if is_quiet(attention, now)}


def is_quiet(attention: Attention, now: datetime) -> bool:
    start, end = attention.quiet_from, attention.quiet_to
    if start is None or end is None:
        return False
    clock = now.astimezone(ZoneInfo(attention.time_zone)).time()
    return start <= clock < end if start <= end else clock >= start or clock < end


def see(notifications: list[Notification], now: datetime) -> None:
    """What was looked at in the room meanwhile is read, and what is of a room they left is not theirs."""
    marks = access.read_marks({notification.user_id for notification in notifications})
    for notification in notifications:
        mark = marks.get((notification.user_id, notification.room_id))
        if mark is None:
            notification.delete()
        elif mark >= notification.seq:
            notification.read_at = now
    Notification.objects.filter(pk__in=[one.pk for one in notifications if one.read_at and one.about == About.PHOTOS]).update(read_at=now)


def wants(notification: Notification) -> bool:
    gone = notification.photo.removed_at or (notification.comment and notification.comment.removed_at)
    return notification.pk is not None and notification.read_at is None and not gone


def unread_of(users: Iterable[uuid.UUID]) -> Counter[uuid.UUID]:
    rows = Notification.objects.filter(user__in=set(users), read_at=None).values_list("user").annotate(Count("pk"))
    return Counter(dict(rows))

"""What stayed unread, in one mail: at most one a day, none to whoever has seen it all, and none in quiet hours."""

import logging
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from rooms import access
from rooms.models import About, Attention, Digest, Notification
from rooms.notifications.settle import is_quiet
from rooms.notifications.words import path, sentence

logger = logging.getLogger(__name__)

AWAY = timedelta(hours=3)  # somebody who may come by themselves is left alone for so long
PERIODS = {Digest.DAILY: timedelta(hours=23), Digest.WEEKLY: timedelta(days=7, hours=-1)}  # so that it comes at the same hour
WAKING = (8, 21)  # by the person's own clock
LONGEST = 40  # lines
SALT = "rooms.notifications.unsubscribe"


def send_all() -> None:
    """A mail to everybody for whom one is due. A mail server that is away is asked again in the next round."""
    if not settings.MAIL_CONFIGURED or settings.ENV.url is None:
        return
    unread = Notification.objects.filter(read_at=None, mailed_at=None, at__lte=timezone.now() - AWAY, user__is_active=True)
    for user_id in unread.order_by("user").values_list("user", flat=True).distinct():
        try:
            send_one(user_id)
        except OSError as error:
            logger.warning("A digest could not be sent and is tried again later (%r)", error)
            return


def send_one(user_id: uuid.UUID) -> None:
    now = timezone.now()
    Attention.objects.get_or_create(user_id=user_id)
    with transaction.atomic():
        attention = Attention.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user").filter(pk=user_id).first()
        if attention is None or not is_due(attention, now):
            return
        notifications = unseen(user_id)
        Notification.objects.filter(user=user_id, read_at=None, mailed_at=None).update(mailed_at=now)
        if notifications:
            attention.digested_at = now
            attention.save(update_fields=["digested_at"])
            mail(attention.user, notifications).send()  # before the commit: what cannot be sent counts as not sent


def is_due(attention: Attention, now: datetime) -> bool:
    period = PERIODS.get(Digest(attention.digest))
    hour = now.astimezone(ZoneInfo(attention.time_zone)).hour
    if period is None or is_quiet(attention, now) or not WAKING[0] <= hour < WAKING[1]:
        return False
    return attention.digested_at is None or attention.digested_at + period <= now


def unseen(user_id: uuid.UUID) -> list[Notification]:
    """By room, the newest first; without what they have seen in the room."""
    marks = access.read_marks({user_id})
    found = Notification.objects.filter(user=user_id, read_at=None, mailed_at=None, photo__removed_at=None)
    found = found.select_related("room", "actor", "photo", "comment").order_by("room", "-at")
    mine = (one for one in found if (user_id, one.room_id) in marks)
    return [one for one in mine if one.about != About.PHOTOS or marks[user_id, one.room_id] < one.seq]


def mail(user: User, notifications: list[Notification]) -> EmailMultiAlternatives:
    base: str = settings.ENV.url or ""
    stop = base + reverse("unsubscribe", args=[signing.dumps(str(user.pk), salt=SALT)])
    context = {"user": user, "rooms": list(by_room(notifications[:LONGEST], base)), "base": base, "stop": stop}
    context["more"] = max(0, len(notifications) - LONGEST)
    text = render_to_string("rooms/mail/digest.txt", context)
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}  # RFC 8058
    message = EmailMultiAlternatives(subject(notifications), text, to=[user.email], headers=headers)
    message.attach_alternative(render_to_string("rooms/mail/digest.html", context), "text/html")
    return message


def subject(notifications: Iterable[Notification]) -> str:
    names = list(dict.fromkeys(one.room.name for one in notifications))
    return f"New in {names[0]}" if len(names) == 1 else f"New in {names[0]} and {len(names) - 1} more"


def by_room(notifications: Iterable[Notification], base: str) -> Iterable[dict[str, object]]:
    for room, lines in groupby(notifications, key=lambda one: one.room):
        said = [{"text": sentence(one), "url": base + path(one)} for one in lines]
        yield {"name": room.name, "url": base + reverse("room", args=[room.slug]), "lines": said}


def reader_of(token: str) -> uuid.UUID | None:
    """Whose mail the link to stop was in, or None."""
    try:
        return uuid.UUID(signing.loads(token, salt=SALT))
    except signing.BadSignature:
        return None

"""What somebody says about their own notifications. Nobody else sees it, so the journal does not have it."""

import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from rooms.models import Attention, Device, Level, Membership, Notification
from salon.errors import NotFoundError

MOST_DEVICES = 20


def read(user: User, ids: Collection[uuid.UUID] | None = None) -> None:
    mine = Notification.objects.filter(user=user, read_at=None)
    (mine if ids is None else mine.filter(pk__in=ids)).update(read_at=timezone.now())


def attention_of(user: User) -> Attention:
    return Attention.objects.filter(user=user).first() or Attention(user=user)


def pay_attention(user: User, changes: dict[str, Any]) -> Attention:
    """`changes` are columns of Attention; None takes a quiet hour away and leaves the rest as it is."""
    with transaction.atomic():
        attention, _ = Attention.objects.select_for_update().get_or_create(user=user)
        for field, value in changes.items():
            if value is not None or field.startswith("quiet_"):
                setattr(attention, field, value)
        attention.save()
    return attention


def devices_of(user: User) -> QuerySet[Device]:
    return Device.objects.filter(user=user).order_by("-created_at")


def add_device(user: User, endpoint: str, p256dh: str, auth: str, name: str) -> Device:
    now = timezone.now()
    facts = {"user": user, "p256dh": p256dh, "auth": auth, "name": name, "failing_since": None}
    device, _ = Device.objects.update_or_create(endpoint=endpoint, defaults=facts, create_defaults=facts | {"created_at": now})
    Device.objects.filter(pk__in=[device.pk for device in devices_of(user)[MOST_DEVICES:]]).delete()
    return device


def remove_device(user: User, device_id: uuid.UUID) -> None:
    if not Device.objects.filter(user=user, pk=device_id).delete()[0]:
        raise NotFoundError


def set_level(member: Membership, level: Level) -> None:
    Membership.objects.filter(pk=member.pk).update(notify=level)

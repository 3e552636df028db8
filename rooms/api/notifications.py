"""What people are told, and how. All of it is the asker's own; only the level belongs to a room."""

import uuid
from datetime import time
from functools import partial
from typing import Annotated
from zoneinfo import available_timezones

from django.conf import settings
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import AfterValidator, Field, StringConstraints

from rooms import access
from rooms.actions import notifications as actions
from rooms.models import Attention, Digest, Level
from rooms.notifications import push
from rooms.notifications.reading import LARGEST_PAGE, PAGE, notifications_of
from rooms.shapes.notifications import AttentionOut, DeviceList, DeviceOut, NotificationPage
from salon.auth import asker
from salon.fields import Label

router = Router(tags=["notifications"])

Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]
Base64Url = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+=*$", max_length=120)]
POINT, SECRET = 65, 16  # bytes of what a browser encrypts with


def is_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is not the name of a time zone")
    return name


def is_push_service(endpoint: str) -> str:
    if not push.is_service(endpoint):
        raise ValueError("is not the address of a push service that this Salon speaks with")
    return endpoint


def holds(text: str, size: int) -> str:
    if len(push.from_base64url(text.rstrip("="))) != size:
        raise ValueError(f"must be {size} bytes in base64url")
    return text


class Which(Schema):
    """These, or all of them."""

    ids: Annotated[list[uuid.UUID], Field(max_length=LARGEST_PAGE)] | None = None


class LevelIn(Schema):
    level: Level


class Keys(Schema):
    p256dh: Annotated[Base64Url, AfterValidator(partial(holds, size=POINT))]
    auth: Annotated[Base64Url, AfterValidator(partial(holds, size=SECRET))]


class DeviceIn(Schema):
    endpoint: Annotated[str, Field(max_length=1000), AfterValidator(is_push_service)]
    keys: Keys
    name: Label = ""


class AttentionIn(Schema):
    quiet_from: time | None = None
    quiet_to: time | None = None
    time_zone: Annotated[str, AfterValidator(is_zone)] | None = None
    digest: Digest | None = None


@router.get("/notifications", response=NotificationPage)
def list_notifications(request: HttpRequest, before: uuid.UUID | None = None, limit: Limit = PAGE) -> NotificationPage:
    return notifications_of(asker(request), before, limit)


@router.post("/notifications/read", response={204: None})
def read_notifications(request: HttpRequest, body: Which) -> Status[None]:
    actions.read(asker(request), body.ids)
    return Status(204, None)


@router.get("/notifications/settings", response=AttentionOut)
def get_attention(request: HttpRequest) -> AttentionOut:
    return attention_out(actions.attention_of(asker(request)))


@router.patch("/notifications/settings", response=AttentionOut)
def edit_attention(request: HttpRequest, body: AttentionIn) -> AttentionOut:
    return attention_out(actions.pay_attention(asker(request), body.dict(exclude_unset=True)))


def attention_out(attention: Attention) -> AttentionOut:
    own = {field: getattr(attention, field) for field in ("quiet_from", "quiet_to", "time_zone", "digest")}
    return AttentionOut(**own, push_key=push.public_key(), mail=settings.MAIL_CONFIGURED)


@router.get("/notifications/devices", response=DeviceList)
def list_devices(request: HttpRequest) -> DeviceList:
    return DeviceList(items=[DeviceOut.of(device) for device in actions.devices_of(asker(request))])


@router.post("/notifications/devices", response={201: DeviceOut})
def add_device(request: HttpRequest, body: DeviceIn) -> Status[DeviceOut]:
    """A browser's push subscription. The same endpoint again takes the place of what was there."""
    device = actions.add_device(asker(request), body.endpoint, body.keys.p256dh, body.keys.auth, body.name)
    return Status(201, DeviceOut.of(device))


@router.delete("/notifications/devices/{uuid:device}", response={204: None})
def remove_device(request: HttpRequest, device: uuid.UUID) -> Status[None]:
    actions.remove_device(asker(request), device)
    return Status(204, None)


@router.put("/rooms/{slug:room}/notify", response={204: None})
def set_level(request: HttpRequest, room: str, body: LevelIn) -> Status[None]:
    """Of what in this room I want to be told."""
    actions.set_level(access.room_for(asker(request), room), body.level)
    return Status(204, None)

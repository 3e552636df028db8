"""Web push: a message to a browser that is closed, through its maker's push service (RFC 8030, 8291 and 8292; by pywebpush)."""

import json
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import parseaddr
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils import timezone
from pywebpush import WebPushException, webpush

from rooms.models import Device, Notification
from rooms.notifications.words import path, sentence
from salon.keys import kept_secret

logger = logging.getLogger(__name__)

KEY_FILE = "push-key"  # salon/backup/keys.py takes it along
CURVE = ec.SECP256R1()
# A browser names the address of its push service. Salon speaks only with those that there are, so that nobody can have it knock
# at doors of the operator's own network.
SERVICES = ("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com")
AT_ONCE = 8
SECONDS = 10
KEEP_SECONDS = 24 * 3600  # a push service keeps it so long for a phone that is off
GONE = (404, 410)
PATIENCE = timedelta(days=14)  # with a device that cannot be reached


def is_service(endpoint: str) -> bool:
    """Whether it is the address of a push service that Salon speaks with."""
    try:
        address = urlsplit(endpoint)
        host = f"{address.hostname}:{address.port}" if address.port else address.hostname or ""
    except ValueError:
        return False
    if host and host in (settings.ENV.push_services or "").split(","):
        return address.scheme in ("https", "http")
    return address.scheme == "https" and address.port is None and any(host == known or host.endswith("." + known) for known in SERVICES)


@cache
def private_key() -> str:
    """Salon's own, by which push services know who sends: 32 bytes in base64url, made once and kept with the other secrets."""
    return kept_secret(settings.ENV.data_dir, KEY_FILE, make_key)


def make_key() -> str:
    return base64url(ec.generate_private_key(CURVE).private_numbers().private_value.to_bytes(32))


@cache
def public_key() -> str:
    """What a browser needs to let only Salon push to it."""
    number = int.from_bytes(from_base64url(private_key()))
    point = ec.derive_private_key(number, CURVE).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64url(point)


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def send(notifications: Sequence[Notification], unread: Counter[UUID]) -> None:
    """Tell every device of the people concerned. What fails is not sent again: the list has it."""
    devices: dict[UUID, list[Device]] = {}
    for device in Device.objects.filter(user__in={notification.user_id for notification in notifications}):
        devices.setdefault(device.user_id, []).append(device)
    parcels = [
        (device, message(notification, unread[notification.user_id]))
        for notification in notifications
        for device in devices.get(notification.user_id, ())
    ]
    if parcels:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            outcomes = list(pool.map(lambda parcel: deliver(*parcel), parcels))
        learn(list(zip((device for device, _ in parcels), outcomes, strict=True)))


def message(notification: Notification, unread: int) -> str:
    room = notification.room
    tag = f"{room.slug}.{notification.about}.{notification.actor_id}"  # a later one of the same takes the place of this one
    return json.dumps({"title": room.name, "body": sentence(notification), "path": path(notification), "tag": tag, "unread": unread})


def deliver(device: Device, text: str) -> int:
    """The status the push service answered with; 0 for none. Runs in a thread, so it leaves the database alone."""
    session = requests.Session()
    session.max_redirects = 0
    session.trust_env = False
    where = {"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}}
    claims: dict[str, str | int] = {"sub": sender()}
    try:
        answer: Any = webpush(
            where, text, vapid_private_key=private_key(), vapid_claims=claims, ttl=KEEP_SECONDS, timeout=SECONDS, requests_session=session
        )
        return int(answer.status_code)
    except WebPushException as error:
        return error.status_code or 0
    except (OSError, ValueError) as error:  # requests' own errors are OSErrors
        logger.warning("Could not push to a device at %s (%s)", urlsplit(device.endpoint).hostname, type(error).__name__)
        return 0
    finally:
        session.close()


def sender() -> str:
    """Whom a push service can turn to."""
    url: str | None = settings.ENV.url
    return url if url and url.startswith("https") else f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"


def learn(outcomes: Sequence[tuple[Device, int]]) -> None:
    """What is gone is forgotten, and so is what could not be reached for a long time."""
    now = timezone.now()
    reached = {device.pk for device, status in outcomes if 200 <= status < 300}
    gone = {device.pk for device, status in outcomes if status in GONE}
    failed = Device.objects.filter(pk__in={device.pk for device, _ in outcomes} - reached - gone)
    Device.objects.filter(pk__in=reached).update(reached_at=now, failing_since=None)
    Device.objects.filter(pk__in=gone).delete()
    failed.filter(failing_since__lt=now - PATIENCE).delete()
    failed.filter(failing_since=None).update(failing_since=now)

"""Web push against a push service of our own, which reads with the browser's keys what Salon sends."""

import base64
import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils import timezone

from rooms.models import Device, Notification
from rooms.notifications import push
from tests.people import Cast, Person, problem
from tests.test_notifications import add, say, told


class PushService(ThreadingHTTPServer):
    """Keeps what it is sent, and answers with `status`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.status = 201
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = b"sixteen secrets!"
        self.requests: list[tuple[dict[str, str], bytes]] = []

    @property
    def subscription(self) -> dict[str, Any]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": push.base64url(point), "auth": push.base64url(self.secret)}
        return {"endpoint": f"http://{self.host}/push/1", "keys": keys, "name": "Phone"}

    def read(self) -> list[dict[str, Any]]:
        return [json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret)) for _, body in self.requests]


class Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, PushService)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        if self.server.status == 307:
            self.send_header("Location", f"http://{self.server.host}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    with PushService() as service:
        thread = threading.Thread(target=service.serve_forever)
        thread.start()
        monkeypatch.setattr(settings.ENV, "push_services", service.host)
        yield service
        service.shutdown()
        thread.join()


def subscribe(person: Person, service: PushService) -> Device:
    keys = service.subscription["keys"]
    return Device.objects.create(user=person.user, endpoint=service.subscription["endpoint"], created_at=timezone.now(), **keys)


def line_of(person: Person, cast: Cast) -> Notification:
    told(person, 1)
    return Notification.objects.select_related("user", "room", "actor", "photo", "comment").get(user=person.user, room=cast.room)


def send(*notifications: Notification, unread: int = 1) -> None:
    push.send(notifications, Counter[UUID]({notification.user_id: unread for notification in notifications}))


def test_a_device_gets_what_only_it_can_read_from_whom_it_asked(cast: Cast, service: PushService) -> None:
    device = subscribe(cast.vic, service)
    photo = add(cast.cleo, cast)
    send(line_of(cast.vic, cast), unread=3)
    ((headers, body),) = service.requests
    assert b"Cleo" not in body
    (said,) = service.read()
    tag = f"{cast.slug}.photos.{cast.cleo.user.id}"
    path = f"/rooms/{cast.slug}?photo={photo}"
    assert said == {"title": "Summer by the lake", "body": "Cleo added a photo", "path": path, "tag": tag, "unread": 3}
    assert claims(headers["authorization"])["aud"] == f"http://{service.host}"
    assert int(headers["ttl"]) > 3600
    device.refresh_from_db()
    assert device.reached_at is not None


def claims(authorization: str) -> dict[str, Any]:
    """What Salon says of itself, after checking its signature with the key that browsers were given."""
    token = authorization.removeprefix("vapid ").split(",")[0].strip().removeprefix("t=")
    head, payload, signature = token.split(".")
    raw = push.from_base64url(signature)
    pair = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    point = push.from_base64url(push.public_key())
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point).verify(pair, f"{head}.{payload}".encode(), ec.ECDSA(SHA256()))
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return found


@pytest.mark.parametrize(("status", "stays"), [(410, False), (404, False), (500, True), (429, True), (307, True)])
def test_a_subscription_that_is_gone_is_forgotten_and_one_in_trouble_is_not(
    cast: Cast, service: PushService, status: int, stays: bool
) -> None:
    device = subscribe(cast.vic, service)
    add(cast.cleo, cast)
    service.status = status
    send(line_of(cast.vic, cast))
    assert len(service.requests) == 1  # and a redirect is not followed: it could lead anywhere
    assert Device.objects.filter(pk=device.pk).exists() is stays
    if stays:
        assert Device.objects.get(pk=device.pk).failing_since is not None


def test_a_device_that_was_away_for_weeks_is_forgotten(cast: Cast, service: PushService) -> None:
    device = subscribe(cast.vic, service)
    Device.objects.filter(pk=device.pk).update(failing_since=timezone.now() - push.PATIENCE * 2)
    add(cast.cleo, cast)
    service.status = 503
    send(line_of(cast.vic, cast))
    assert not Device.objects.filter(pk=device.pk).exists()


def test_one_device_that_hangs_up_keeps_nobody_else_from_hearing(cast: Cast, service: PushService) -> None:
    subscribe(cast.vic, service)
    keys = service.subscription["keys"]
    Device.objects.create(user=cast.mo.user, endpoint="http://127.0.0.1:9/nobody", created_at=timezone.now(), **keys)
    photo = add(cast.cleo, cast)
    say(cast.cleo, cast, photo, "Look")
    send(line_of(cast.mo, cast), line_of(cast.vic, cast))
    assert [said["body"] for said in service.read()] == ["Cleo added a photo"]
    assert Device.objects.get(user=cast.mo.user).failing_since is not None


@pytest.mark.once
@pytest.mark.parametrize(
    ("endpoint", "known"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/abc", True),
        ("https://web.push.apple.com/abc", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=abc", True),
        ("http://fcm.googleapis.com/fcm/send/abc", False),
        ("https://fcm.googleapis.com:8443/abc", False),
        ("https://fcm.googleapis.com.example.org/abc", False),
        ("https://evilfcm.googleapis.com.example.org", False),
        ("https://notfcm.googleapis.com@127.0.0.1/", False),
        ("https://127.0.0.1/", False),
        ("https://[::1]/", False),
        ("https://[/", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_salon_speaks_only_with_push_services_that_there_are(endpoint: str, known: bool) -> None:
    assert push.is_service(endpoint) is known


def test_devices_are_checked_replaced_listed_and_removed(cast: Cast, service: PushService) -> None:
    said = service.subscription | {"endpoint": f"https://fcm.googleapis.com/fcm/send/{cast.slug}"}
    first = cast.vic.api.post("/notifications/devices", json=said)
    assert first.status_code == 201, first.text
    again = cast.mo.api.post("/notifications/devices", json=said)  # the same browser, where somebody else has signed in
    assert again.json()["id"] == first.json()["id"]
    assert cast.vic.api.get("/notifications/devices").json()["items"] == []
    (listed,) = cast.mo.api.get("/notifications/devices").json()["items"]
    assert (listed["name"], set(listed)) == ("Phone", {"id", "name", "created_at", "reached_at"})
    assert cast.vic.api.delete(f"/notifications/devices/{listed['id']}").status_code == 404
    assert cast.mo.api.delete(f"/notifications/devices/{listed['id']}").status_code == 204
    for wrong in (
        {"endpoint": "https://127.0.0.1/"},
        {"keys": said["keys"] | {"auth": "AAAA"}},
        {"keys": said["keys"] | {"p256dh": "====" * 4}},
    ):
        problem(cast.vic.api.post("/notifications/devices", json=said | wrong), 422)


def test_somebody_has_no_more_than_twenty_devices(cast: Cast, service: PushService) -> None:
    for number in range(22):
        said = service.subscription | {"endpoint": f"https://fcm.googleapis.com/{cast.slug}/{number}", "name": str(number)}
        assert cast.vic.api.post("/notifications/devices", json=said).status_code == 201
    names = [device["name"] for device in cast.vic.api.get("/notifications/devices").json()["items"]]
    assert names == [str(number) for number in reversed(range(2, 22))]


@pytest.mark.once
def test_the_key_stays_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    before = push.public_key()
    push.private_key.cache_clear()
    push.public_key.cache_clear()
    assert push.public_key() == before
    assert len(push.from_base64url(before)) == 65

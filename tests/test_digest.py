"""The mail that says what stayed unread, through a real mail server."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from rooms.models import Attention, Digest, Notification
from rooms.notifications import digest
from salon.mail import mailer
from tests.mailbox import MailServer, mail_server  # noqa: F401, a fixture
from tests.people import Cast, anonymous
from tests.test_notifications import add, say, told

ZONES = ("UTC", "Asia/Tokyo", "America/Los_Angeles", "Asia/Kolkata")  # somewhere it is day, somewhere night
SITE = "https://photos.example.org"


@pytest.fixture
def mails(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:  # noqa: F811
    """With mail configured here, and not in the server beside us, whose worker then sends none."""
    monkeypatch.setattr(settings.ENV, "url", SITE)
    server = mailer(f"smtp://127.0.0.1:{mail_server.server_address[1]}")
    with override_settings(MAIL_CONFIGURED=True, MAILERS={"default": server}):
        yield mail_server.mails


def waking_zone() -> str:
    """Where it is day now."""
    return next(zone for zone in ZONES if 9 <= datetime.now(ZoneInfo(zone)).hour < 20)


def awaits(cast: Cast, **facts: object) -> None:
    """Vic has been away for a while; nobody else in this Salon waits for mail."""
    Notification.objects.exclude(room=cast.room, user=cast.vic.user).update(mailed_at=timezone.now())
    Notification.objects.filter(user=cast.vic.user).update(at=timezone.now() - timedelta(hours=4))
    Attention.objects.update_or_create(user=cast.vic.user, defaults={"time_zone": waking_zone()} | facts)


def read(mail: str) -> EmailMessage:
    message = message_from_string(mail, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_what_stayed_unread_comes_in_one_mail(cast: Cast, mails: list[str]) -> None:
    photo = add(cast.cleo, cast)
    say(cast.cleo, cast, photo, f"@[{cast.vic.user.id}] <b>look</b>")
    told(cast.vic, 2)
    awaits(cast)
    digest.send_all()
    digest.send_all()
    (text,) = mails
    mail = read(text)
    assert (mail["To"], mail["Subject"]) == (cast.vic.user.email, "New in Summer by the lake")
    assert "Cleo added a photo" in body(mail, "plain")
    assert "Cleo mentioned you: @Vic <b>look</b>" in body(mail, "plain")
    assert "@Vic &lt;b&gt;look&lt;/b&gt;</a>" in body(mail, "html")
    assert f"{SITE}/rooms/{cast.slug}" in body(mail, "plain")


def test_the_link_in_the_mail_stops_it_for_good(cast: Cast, mails: list[str]) -> None:
    add(cast.cleo, cast)
    told(cast.vic, 1)
    awaits(cast)
    digest.send_all()
    mail = read(mails[0])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = mail["List-Unsubscribe"].strip("<>")
    assert stop in body(mail, "plain")
    path = stop.removeprefix(SITE)
    with anonymous(cast.vic.server) as stranger:
        assert "Stop these mails?" in stranger.get(path).text
        assert cast.vic.api.get("/notifications/settings").json()["digest"] == "daily"  # a mail scanner that looks stops nothing
        assert "No more mail" in stranger.post(path, data={"List-Unsubscribe": "One-Click"}).text
        assert stranger.post(path[:-1]).status_code == 404
    assert cast.vic.api.get("/notifications/settings").json()["digest"] == "never"
    add(cast.mo, cast)
    told(cast.vic, 2)
    awaits(cast)
    digest.send_all()
    assert len(mails) == 1


def test_the_next_mail_waits_for_the_next_day(cast: Cast, mails: list[str]) -> None:
    add(cast.cleo, cast)
    told(cast.vic, 1)
    now = timezone.now()
    awaits(cast, digested_at=now - timedelta(hours=20))
    digest.send_all()
    assert mails == []
    awaits(cast, digested_at=now - timedelta(hours=24), digest=Digest.WEEKLY)
    digest.send_all()
    assert mails == []
    awaits(cast, digested_at=now - timedelta(days=7))
    digest.send_all()
    assert len(mails) == 1


def test_nobody_is_mailed_at_night_or_about_what_they_have_seen(cast: Cast, mails: list[str]) -> None:
    add(cast.cleo, cast)
    told(cast.vic, 1)
    night = next(zone for zone in ZONES if not 7 <= datetime.now(ZoneInfo(zone)).hour < 22)
    awaits(cast, time_zone=night)
    digest.send_all()
    assert mails == []
    cast.vic.api.post("/notifications/read", json={})
    awaits(cast)
    digest.send_all()
    assert mails == []


def test_a_mail_server_that_is_away_is_asked_again(cast: Cast, mails: list[str]) -> None:
    add(cast.cleo, cast)
    told(cast.vic, 1)
    awaits(cast)
    with override_settings(MAILERS={"default": mailer("smtp://127.0.0.1:9")}):
        digest.send_all()
    assert mails == []
    digest.send_all()
    assert len(mails) == 1

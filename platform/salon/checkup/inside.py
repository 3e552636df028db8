"""What can be seen from where Salon runs."""

import asyncio
import os
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.core import checks
from django.core.mail import EmailMessage, mailers

from salon import probes
from salon.checkup.finding import Finding, Mark, all_of, doubtful, fine, wrong

CLOCK_SECONDS = 5
SLOW_SECONDS = 0.05
LAYER_SECONDS = 2.0


def examine() -> Iterator[Finding]:
    """Everything, in the order in which it is best mended."""
    yield from all_of(
        {
            "settings": (sane, "manage.py check --deploy says which"),
            "database": (database, "Start PostgreSQL, or correct DATABASE_URL"),
            "migrations": (migrations, "Run: manage.py migrate"),
            "clock": (clock, "Run a time service on both machines, for example: apt-get install systemd-timesyncd"),
            "redis": (redis, "Start Redis, or correct REDIS_URL"),
            "layer": (layer, "Start Redis, or correct REDIS_URL"),
            "storage": (storage, f"Let Salon's user write there: chown -R salon {settings.MEDIA_ROOT}, or choose another SALON_DATA_DIR"),
            "worker": (worker, "Start one: manage.py work, or manage.py serve without --no-worker"),
            "mail": (mail, "Correct SALON_MAIL_URL"),
        }
    )


def sane() -> Finding:
    said = [
        message for message in checks.run_checks(include_deployment_checks=settings.ENV.env == "production") if not message.is_silenced()
    ]
    if not said:
        return fine("settings", f"SALON_ENV={settings.ENV.env}, SALON_URL={settings.PUBLIC_URL or 'not set'}")
    worst = max(said, key=lambda message: message.level)
    mark = Mark.WRONG if worst.is_serious() else Mark.DOUBTFUL
    return Finding("settings", mark, worst.msg, worst.hint or "")


def database() -> Finding:
    version, seconds = probes.database()
    seen = f"{version}, {seconds * 1000:.1f} ms"
    return (
        doubtful("database", seen, "Bring the database nearer, or give it more memory")
        if seconds > SLOW_SECONDS
        else fine("database", seen)
    )


def migrations() -> Finding:
    pending = probes.pending_migrations()
    if pending:
        return wrong("migrations", f"not applied: {', '.join(pending)}", "Run: manage.py migrate")
    return fine("migrations", "all applied")


def clock() -> Finding:
    ahead = (datetime.now(UTC) - probes.database_time()).total_seconds()
    seen = f"this machine and the database differ by {abs(ahead):.1f} s"
    if abs(ahead) > CLOCK_SECONDS:
        return wrong("clock", seen, "Run a time service on both machines, for example: apt-get install systemd-timesyncd")
    return fine("clock", seen)


def redis() -> Finding:
    if settings.ENV.redis_url is None:
        return fine("redis", "none is set; one process keeps everything in memory")
    return fine("redis", f"Redis {probes.redis()}")


def layer() -> Finding:
    if settings.ENV.redis_url is None:
        return fine("layer", "in memory")
    try:
        seconds = async_to_sync(round_trip)()
    except TimeoutError:
        return wrong(
            "layer", f"a message did not come back within {LAYER_SECONDS:.0f} s", "Restart Redis, and give all processes the same REDIS_URL"
        )
    return fine("layer", f"a message comes back in {seconds * 1000:.1f} ms")


async def round_trip() -> float:
    began, messenger = time.perf_counter(), get_channel_layer()
    async with asyncio.timeout(LAYER_SECONDS):
        channel = await messenger.new_channel()
        await messenger.send(channel, {"type": "doctor"})
        await messenger.receive(channel)
    return time.perf_counter() - began


def storage() -> Finding:
    free, folder = probes.storage(), Path(settings.MEDIA_ROOT)
    first, second = (folder / f".doctor.{uuid.uuid4().hex}" for _ in range(2))
    try:
        first.touch()
        os.link(first, second)
        second.replace(first)
        links = "hard links work"
    except OSError as error:
        links = f"no hard links ({error.strerror}), so that each upload is copied once more"
    finally:
        first.unlink(missing_ok=True)
        second.unlink(missing_ok=True)
    seen = f"{folder} can be written to, {free / 1e9:.1f} GB are free, {links}"
    if free <= probes.spare_bytes():
        return doubtful("storage", seen, "Free some space, or set SALON_QUOTA_ROOM_MB and SALON_QUOTA_PERSON_MB")
    return (
        fine("storage", seen)
        if "hard links work" in links
        else doubtful("storage", seen, "Use a file system with hard links for SALON_DATA_DIR")
    )


def worker() -> Finding:
    alive = probes.workers()
    if not alive:
        return wrong("worker", "none was heard of in the last 30 s", "Start one: manage.py work, or manage.py serve without --no-worker")
    return fine("worker", f"{alive} alive")


def mail() -> Finding:
    if not settings.MAIL_CONFIGURED:
        return fine("mail", "none is set; addresses are not verified and passwords cannot be reset by mail")
    connection = mailers["default"]
    connection.open()
    connection.close()
    return fine("mail", "the mail server lets Salon in")


def send_mail(address: str) -> Finding:
    """Really send one."""
    EmailMessage("Salon can send mail", "This is a test that somebody asked for with manage.py doctor.", to=[address]).send()
    return fine("mail", f"sent to {address}; look whether it arrives")

"""How the log looks, and what never gets into it.

Whoever reads a log must not be able to sign in with it, so what opens a door is taken out of every line, tracebacks included, whoever
wrote it.
"""

import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from salon import trace

HIDDEN = "[hidden]"
# What follows the first group, up to where it ends. Links of invitation, set-up and password reset carry their token in the address;
# PostgreSQL repeats values of a row that it refuses.
SECRETIVE = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(/join/|/invites/)[\w-]+",
        r"(/password/reset/key/|/confirm-email/)[^/\s'\"]+",
        r"(\btoken=)[^&\s'\"]+",
        r"(\bbearer\s+)[^\s'\",]+",
        r"(/wall/)[\w-]{20,}",  # a key is longer than any name below a wall's address
        r"(\bsalon_(?:session|csrf|screen)\W{1,4})[\w-]+",
        r"(\b[a-z][a-z+]*://[^:/@\s]*:)[^@\s]+(?=@)",
        r"(\bKey \([^)]*\)=\()[^)]*",
        r"(\bFailing row contains \()[^\n]*",
        r"(\bpassword['\"]?\s*[=:]\s*)[^\s,;&}]+",
        r"(\bsalon_)[\w-]{20,}",
    )
]
SHORTEST_SECRET = 6  # a shorter one would take ordinary words out of the log; `environment.py` refuses such keys in production


class Discretion:
    """Takes the secrets out of a text: those that are known, and whatever stands where secrets stand."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= SHORTEST_SECRET}, key=len, reverse=True)
        self.known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        if self.known is not None:
            text = self.known.sub(HIDDEN, text)
        for pattern in SECRETIVE:
            text = pattern.sub(rf"\1{HIDDEN}", text)
        return text


class LineFormatter(logging.Formatter):
    """For people: one line, and a traceback below it where there is one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__("{asctime} {levelname:<7} {name}: {message}", style="{")
        self.discreet = Discretion(secrets)

    def format(self, record: logging.LogRecord) -> str:
        return self.discreet(super().format(record))


class JsonLines(JsonFormatter):
    """For programs: one JSON object on each line."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        names = {"levelname": "level", "name": "logger", "exc_info": "traceback"}
        # What Django and the server hang on a record beside its message: objects, with everything in them.
        unwanted = [
            *logging.makeLogRecord({}).__dict__,
            "message",
            "asctime",
            "request",
            "server_time",
            "status_code",
            "websocket",
            "taskName",
        ]
        super().__init__(["levelname", "name", "message"], rename_fields=names, reserved_attrs=unwanted, json_ensure_ascii=False)
        self.discreet = Discretion(secrets)

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {name: self.discreet(value) if isinstance(value, str) else value for name, value in log_data.items()}

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        log_data["time"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        super().add_fields(log_data, record, message_dict)
        known = trace.current.get()
        if known is not None:
            log_data |= {"request": known.request_id, "user": known.person(), "room": known.room}


class Announcement(JsonLines):
    """What `serve` says to whoever started it. Nothing is taken out: the address with the set-up token is for them."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return log_data


class RedisAway(logging.Filter):
    """channels-redis writes a traceback every second while Redis is away. It becomes one line for each outage."""

    def filter(self, record: logging.LogRecord) -> bool:
        from salon.outage import layer

        if record.exc_info and record.getMessage() == "Unexpected exception in receive task":
            layer.begin(record.exc_info[1])
            return False
        return True


def configuration(style: str, level: str, secrets: Iterable[str]) -> dict[str, Any]:
    """Django's LOGGING: everything of everybody, on standard error, in one format."""
    formatter: type[LineFormatter | JsonLines] = JsonLines if style == "json" else LineFormatter
    known = tuple(secrets)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        # A function, because Django shows its settings to whoever debugs, and the secrets would be among them.
        "formatters": {"chosen": {"()": lambda: formatter(known)}},
        "filters": {"redis_away": {"()": RedisAway}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "chosen"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.request": {"level": "ERROR"},  # a 404 is an answer, not a warning
            "django.security.DisallowedHost": {"level": "CRITICAL"},  # scanners ask for names that are not ours all day
            "django.tasks": {"level": "WARNING"},
            "channels_redis.pubsub": {"filters": ["redis_away"]},
            "salon": {"level": level},
            "salon.requests": {"level": level if style == "json" else "WARNING"},
            "rooms": {"level": level},
            "accounts": {"level": level},
        },
    }

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPException

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from redis.exceptions import RedisError
from websockets.exceptions import WebSocketException

TROUBLE = (OSError, HTTPException, DatabaseError, RedisError, WebSocketException, ImproperlyConfigured)


class Mark(StrEnum):
    FINE = "✓"
    DOUBTFUL = "!"
    WRONG = "✗"


@dataclass(frozen=True)
class Finding:
    """One check: its name, what was seen, and the line to change."""

    name: str
    mark: Mark
    seen: str
    fix: str = ""


def fine(name: str, seen: str) -> Finding:
    return Finding(name, Mark.FINE, seen)


def doubtful(name: str, seen: str, fix: str = "") -> Finding:
    return Finding(name, Mark.DOUBTFUL, seen, fix)


def wrong(name: str, seen: str, fix: str = "") -> Finding:
    return Finding(name, Mark.WRONG, seen, fix)


def examined(name: str, check: Callable[[], Finding], fix: str = "") -> Finding:
    """What the check finds; when it cannot even finish, that is what was found."""
    try:
        return check()
    except TROUBLE as error:
        return wrong(name, first_line(error), fix)


def first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__


def all_of(checks: dict[str, tuple[Callable[[], Finding], str]]) -> Iterator[Finding]:
    """Name of each check, what it does, and the line to change when it cannot finish."""
    for name, (check, fix) in checks.items():
        yield examined(name, check, fix)

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from redis import Redis
from redis.exceptions import RedisError

from salon import __version__

PATIENCE_SECONDS = 2.0


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; whether its neighbours do is another question."""
    return JsonResponse({"status": "ok", "version": __version__})


def readyz(request: HttpRequest) -> JsonResponse:
    """Whether the neighbours answer: `ok`, `degraded` (all works, some of it later) or, with 503, `unavailable`."""
    checks = {"database": answers(ask_database)}
    if settings.ENV.redis_url:
        checks["redis"] = answers(ask_redis)
    status = "ok" if all(checks.values()) else "degraded" if checks["database"] else "unavailable"
    words = {name: "ok" if fine else "does not answer" for name, fine in checks.items()}
    return JsonResponse({"status": status, "checks": words}, status=503 if status == "unavailable" else 200)


def answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except (DatabaseError, RedisError):
        return False
    return True


def ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def ask_redis() -> None:
    address = settings.ENV.redis_url or ""
    with Redis.from_url(address, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS) as redis:
        redis.ping()

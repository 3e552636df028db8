"""`/healthz` and `/readyz`, which machines ask every few seconds and strangers may ask as often as they like."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from redis.exceptions import RedisError

from salon import __version__, probes

PATIENCE_SECONDS = 2.0  # for all of an answer
KEPT_SECONDS = 1.0  # so that a thousand questions a second cost as much as one
OK, SILENT = "ok", "does not answer"
# Without these this process can do nothing for anybody. With a full disk people still see what there is; a folder that cannot be written to
# mostly is one that was not mounted.
VITAL = {SILENT: ("database",), "cannot be written": ("storage",), "not up to date": ("migrations",)}


class Check:
    """One question, asked at most once a second and never twice at the same time."""

    threads = ThreadPoolExecutor(5, thread_name_prefix="health")

    def __init__(self, ask: Callable[[], str]) -> None:
        self.ask = ask
        self.lock = threading.Lock()
        self.asked: Future[str] | None = None
        self.asked_at = 0.0

    def start(self) -> Callable[[], str]:
        """Ask, or join those who have asked already. What is returned waits for the answer, PATIENCE_SECONDS at most since it was asked."""
        with self.lock:
            if self.asked is None or (self.asked.done() and time.monotonic() - self.asked_at > KEPT_SECONDS):
                self.asked, self.asked_at = self.threads.submit(self.ask), time.monotonic()
            return partial(word, self.asked, self.asked_at + PATIENCE_SECONDS)


def word(asked: Future[str], until: float) -> str:
    """`ok`, or a few plain words."""
    try:
        return asked.result(max(0.0, until - time.monotonic()))
    except (TimeoutError, DatabaseError, RedisError):
        return SILENT


def database() -> str:
    probes.database()
    return OK


def migrations() -> str:
    return "not up to date" if probes.pending_migrations() else OK


def redis() -> str:
    probes.redis()
    return OK


def storage() -> str:
    try:
        return OK if probes.storage() > probes.spare_bytes() else "almost full"
    except OSError as error:
        return "full" if probes.is_full(error) else "cannot be written"


def worker() -> str:
    return OK if probes.workers() else "none is alive"


CHECKS = {ask.__name__: Check(ask) for ask in (database, migrations, redis, storage, worker)}


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; whether its neighbours do is another question."""
    return JsonResponse({"status": OK, "version": __version__})


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """`ok`, `degraded` (all works, some of it later) or, with 503, `unavailable`: nobody should be sent here."""
    answers = {name: check.start() for name, check in CHECKS.items() if name != "redis" or settings.ENV.redis_url}
    words = {name: answer() for name, answer in answers.items()}
    status = verdict(words)
    return JsonResponse({"status": status, "checks": words}, status=503 if status == "unavailable" else 200)


def verdict(words: dict[str, str]) -> str:
    if any(name in VITAL.get(word, ()) for name, word in words.items()):
        return "unavailable"
    return OK if set(words.values()) == {OK} else "degraded"

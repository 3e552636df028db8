"""What is known of the request or socket at hand: for the log's lines and for counting.

It is made where a request enters and read wherever something is logged. It is one object that is filled in, because what a thread sets
in a context of its own would not be seen outside of it.
"""

import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from salon import measures

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Any, Send], Awaitable[None]]

GIVEN_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")  # strangers may make up others, and each would be a series
QUIET = ("healthz", "readyz", "metrics", "internal/media/<slug:slug>")  # asked every few seconds by machines
logger = logging.getLogger("salon.requests")


class Trace:
    __slots__ = ("request", "request_id", "room", "route", "status", "user")

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        self.route: str | None = None
        self.status = 0
        self.room: str | None = None
        self.user: str | None = None
        self.request: HttpRequest | None = None

    def person(self) -> str | None:
        """Who asks, as far as anybody has found out already: this never asks the database."""
        known = getattr(self.request, "auth", None) or getattr(self.request, "_cached_user", None)
        found = getattr(known, "pk", None)
        return self.user or (str(found) if found else None)


current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def note_room(slug: str, user_id: uuid.UUID | None = None) -> None:
    """This room is what the request or socket at hand is about, and this person, if it is one, is its member."""
    trace = current.get()
    if trace is not None:
        trace.room, trace.user = slug, str(user_id) if user_id else None


def traced(application: Application) -> Application:
    """Gives each request and socket its id, and says what became of the requests."""

    async def answer(scope: dict[str, Any], receive: Any, send: Send) -> None:
        trace = Trace(id_of(scope))
        current.set(trace)
        if scope["type"] != "http":
            return await application(scope, receive, send)
        began = time.perf_counter()

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                trace.status = message["status"]
                header = (b"x-request-id", trace.request_id.encode())
                message = {**message, "headers": [*message.get("headers", ()), header]}
            await send(message)

        try:
            await application(scope, receive, tell)
        except Exception:
            trace.status = trace.status or 500
            raise
        finally:
            tell_end(trace, scope, time.perf_counter() - began)
        return None

    return answer


def id_of(scope: Mapping[str, Any]) -> str:
    given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    return given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex


def tell_end(trace: Trace, scope: Mapping[str, Any], seconds: float) -> None:
    method = scope["method"] if scope["method"] in METHODS else "OTHER"
    route = trace.route or ("static" if scope["path"].startswith(settings.STATIC_URL) else "none")
    measures.REQUESTS.labels(method, route, f"{trace.status // 100}xx").observe(seconds)
    level = logging.DEBUG if route in QUIET and trace.status < 400 else logging.INFO
    if logger.isEnabledFor(level):
        facts = {"method": method, "route": route, "status": trace.status, "ms": round(seconds * 1000, 1)}
        logger.log(level, "%s %s %d", method, route, trace.status, extra=facts)


class TraceMiddleware:
    """Notes what Django finds out: the route, which unlike the path has no token in it, and later who asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        trace = current.get()
        if trace is not None:
            trace.request = request
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, arguments: Any, named: Any) -> None:
        trace = current.get()
        if trace is not None and request.resolver_match is not None:
            trace.route = request.resolver_match.route or "home"

"""What the doctor asks for from outside, under `/doctor/`. To whoever has no token that this very Salon has signed, there is nothing here.

Nothing here reads or changes anything. The token is not in the address, so no proxy writes it into its log.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from functools import wraps
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from rooms.serving.answer import serve_content
from rooms.serving.contents import Literal
from salon import __version__

HEADER = "X-Salon-Doctor"
SALT = "salon.doctor"
LIFE_SECONDS = 900  # a walk with the idle socket and a large body over a slow line takes a few minutes
BYTES = bytes(range(256)) * 16
AT_ONCE = 256 * 1024
PAUSE_SECONDS = 1.0  # between the two halves of a streamed answer

View = Callable[[HttpRequest], HttpResponseBase]


def token() -> str:
    return signing.dumps(secrets.token_hex(8), salt=SALT)


def is_ours(given: str) -> bool:
    try:
        signing.loads(given, salt=SALT, max_age=LIFE_SECONDS)
    except signing.BadSignature:
        return False
    return True


def for_the_doctor(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponseBase:
        if not is_ours(request.headers.get(HEADER, "")):
            raise Http404
        return view(request)

    return csrf_exempt(guarded)  # there is no cookie in it, so there is nothing to forge


@for_the_doctor
def look(request: HttpRequest) -> HttpResponseBase:
    """How the request looks by the time it is here. The stamp is another one in each answer."""
    seen: dict[str, Any] = {
        "version": __version__,
        "stamp": secrets.token_hex(8),
        "time": time.time(),
        "host": request.headers.get("Host", ""),
        "peer": request.META.get("REMOTE_ADDR", ""),
        "forwarded_for": request.headers.get("X-Forwarded-For", ""),
        "forwarded_proto": request.headers.get("X-Forwarded-Proto", ""),
    }
    return JsonResponse(seen, headers={"Cache-Control": "private, no-cache"})


@for_the_doctor
def body(request: HttpRequest) -> HttpResponseBase:
    """How many bytes have arrived."""
    received = 0
    while chunk := request.read(AT_ONCE):
        received += len(chunk)
    return JsonResponse({"received": received})


@for_the_doctor
def content(request: HttpRequest) -> HttpResponseBase:
    """Bytes to ask a range of, answered as photos are."""
    return serve_content(request, Literal(BYTES), content_type="application/octet-stream")


@for_the_doctor
def stream(request: HttpRequest) -> HttpResponseBase:
    """Two halves, the second a while after the first."""
    return StreamingHttpResponse(halves(), content_type="application/octet-stream", headers={"Cache-Control": "private, no-cache"})


async def halves() -> AsyncIterator[bytes]:
    yield BYTES
    await asyncio.sleep(PAUSE_SECONDS)
    yield BYTES


addresses = [
    path("doctor/look", look, name="doctor_look"),
    path("doctor/body", body, name="doctor_body"),
    path("doctor/content", content, name="doctor_content"),
    path("doctor/stream", stream, name="doctor_stream"),
]

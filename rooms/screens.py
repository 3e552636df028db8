"""The cookie by which a screen on a wall says which one it is. Who may see what with it decides `access`."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.cookie import parse_cookie

COOKIE = "salon_screen"
DAYS = 400  # what browsers keep a cookie for at most; each look at the wall begins them anew


def key_of(request: HttpRequest) -> str:
    """The key that was sent, or nothing. Whoever says who they are in a header is taken at their word, and gets no second try."""
    return "" if "Authorization" in request.headers else request.COOKIES.get(COOKIE, "")


def key_in(headers: Mapping[bytes, bytes]) -> str:
    """The same for a socket's handshake."""
    return "" if b"authorization" in headers else parse_cookie(headers.get(b"cookie", b"").decode("latin-1")).get(COOKIE, "")


def give(response: HttpResponse, key: str) -> None:
    response.set_cookie(COOKIE, key, max_age=DAYS * 86_400, httponly=True, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")

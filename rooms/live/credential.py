"""Whose socket this is. Asked when it opens and again while it is open, because a session or a token can end in between."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.utils.module_loading import import_string

from accounts.models import User, user_of_token

SessionStore: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")


def bearer_of(headers: dict[bytes, bytes]) -> str | None:
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return token if scheme.lower() == "bearer" else None


def user_of(scope: dict[str, Any]) -> User | None:
    """The person of the bearer token or, without one, of the session cookie: as they are in the database now."""
    headers = dict(scope["headers"])
    token = bearer_of(headers)
    if token is not None:
        return user_of_token(token)
    key = parse_cookie(headers.get(b"cookie", b"").decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
    request = HttpRequest()
    request.session = SessionStore(key)
    user = get_user(request)  # checks the hash that a changed password invalidates
    return user if isinstance(user, User) else None

"""How a request says who it is: a session cookie with its CSRF token, or a bearer token."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from accounts.models import User, user_of_token
from salon.errors import NotSignedInError


class BearerToken(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> User:
        user = user_of_token(token)
        if user is None:
            # Not None, which would let a wrong token fall through to the cookie.
            raise NotSignedInError("That token is not valid, or it has been revoked.")
        return user


class Session(SessionAuth):
    def _get_key(self, request: HttpRequest) -> str | None:
        # Asked before the CSRF token is looked for: without a session there is nothing to forge.
        if not request.user.is_authenticated:
            return None
        key: str | None = super()._get_key(request)
        return key

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return request.user if request.user.is_authenticated and request.user.is_active else None


CREDENTIALS = [BearerToken(), Session()]


def asker(request: HttpRequest) -> User:
    """The person asking; the API has made sure that there is one."""
    user = getattr(request, "auth", None)
    if not isinstance(user, User):
        raise NotSignedInError
    return user


def visitor(request: HttpRequest) -> User | AnonymousUser:
    """Who asks for something that is not the API: the session's person, or a script's."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return user_of_token(text) or AnonymousUser()
    return request.user

"""Who holds a session or a token. A socket asks when it opens and again while it is open, because either can end in between."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.http.cookie import parse_cookie
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import ApiToken, User, digest


@dataclass(frozen=True, slots=True)
class Credential:
    """A bearer token, by its digest, or a session, by its key."""

    key: str
    is_token: bool

    @classmethod
    def of(cls, scope: dict[str, Any]) -> "Credential":
        headers = dict(scope["headers"])
        token = bearer_of(headers)
        if token is not None:
            return cls(digest(token), is_token=True)
        cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
        return cls(cookies.get(settings.SESSION_COOKIE_NAME, ""), is_token=False)


def bearer_of(headers: dict[bytes, bytes]) -> str | None:
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return token if scheme.lower() == "bearer" else None


def holders(credentials: Iterable[Credential], *, note_use: bool = False) -> dict[Credential, User]:
    """Who holds each credential now. One that has ended, or whose holder was deactivated, is missing from the answer."""
    asked = set(credentials)
    tokens = {credential.key for credential in asked if credential.is_token}
    sessions = {credential.key for credential in asked if not credential.is_token and credential.key}
    found = [*token_holders(tokens, note_use), *session_holders(sessions)]
    return {credential: user for credential, user in found if user.is_active}


def token_holders(digests: set[str], note_use: bool) -> Iterable[tuple[Credential, User]]:
    for token in ApiToken.objects.filter(digest__in=digests).select_related("user") if digests else ():
        if note_use:
            token.used()
        yield Credential(token.digest, is_token=True), token.user


def session_holders(keys: set[str]) -> Iterable[tuple[Credential, User]]:
    """Many sessions at once, by the rules of `django.contrib.auth.get_user`."""
    if not keys:
        return
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    sessions = {row.session_key: row.get_decoded() for row in rows}
    users = User.objects.in_bulk([user_id for data in sessions.values() if (user_id := user_of_session(data))])
    for key, data in sessions.items():
        user = users.get(user_of_session(data))
        if user is not None and knows_password(data, user):
            yield Credential(key, is_token=False), user


def user_of_session(data: dict[str, Any]) -> uuid.UUID | None:
    return uuid.UUID(data[SESSION_KEY]) if SESSION_KEY in data else None


def knows_password(data: dict[str, Any], user: User) -> bool:
    """Whether the session was made in a way we still accept and with the password the person has now: a changed one ends it."""
    if data.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return False
    known = data.get(HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(known, valid) for valid in hashes)

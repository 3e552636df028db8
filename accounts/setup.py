"""The first start: one page makes the owner account, once.

Whoever reaches that page first owns the place, so it asks for a token that only the operator has seen. The one exception
is a `serve` that listens on loopback and is addressed by a loopback name: then only people on this machine can be asking.
"""

import secrets

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port

from accounts.models import User
from salon.keys import kept_secret

TOKEN_FILE = "setup-token"  # noqa: S105


def is_needed() -> bool:
    return not User.objects.exists()


def token() -> str:
    return kept_secret(settings.ENV.data_dir, TOKEN_FILE)


def token_holds(text: str) -> bool:
    return secrets.compare_digest(text.strip().encode(), token().encode())


def asks_token(request: HttpRequest) -> bool:
    """Whether this request must bring the token.

    The Host check matters: without it a reverse proxy on this machine, or a foreign name that resolves to 127.0.0.1, would
    carry strangers to an open set-up page.
    """
    local_name = split_domain_port(request.get_host())[0] in settings.LOOPBACK_NAMES
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not (settings.SERVED_ON_LOOPBACK and local_name and not forwarded)

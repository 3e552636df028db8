"""The first start: one page makes the owner account, once.

Whoever reaches that page first owns the place, so it asks for a token that only the operator has seen. The one exception
is a `serve` that listens on loopback, was given no SALON_URL and is addressed by a loopback name: for all it can tell, only
people on this machine are asking. A reverse proxy on this machine that rewrites Host and adds no forwarding header (a plain
`proxy_pass http://127.0.0.1:8000;`) looks just the same and lets strangers in; docs/self-hosting.md says what to do before.
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

    The Host check matters: without it a foreign name that resolves to 127.0.0.1, or a reverse proxy that passes its own name
    on, would carry strangers to an open set-up page. A SALON_URL says that strangers are meant to come, by whatever proxy.
    """
    local_name = split_domain_port(request.get_host())[0] in settings.LOOPBACK_NAMES
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not (settings.SERVED_ON_LOOPBACK and not settings.PUBLIC_URL and local_name and not forwarded)

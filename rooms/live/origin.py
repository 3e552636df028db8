from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from accounts.credential import bearer_of

Application = Callable[[dict[str, Any], Any, Any], Awaitable[Any]]


class OriginCheck:
    """Refuses a handshake that another site started.

    A browser sends our cookie along with any site's WebSocket, and no CORS rule stops it: the Origin header is the only thing
    that tells the sites apart. A bearer token is not sent by itself, so with one there is nothing to check.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Awaitable[Any]:
        headers = dict(scope["headers"])
        origin, host = (headers.get(name, b"").decode("latin-1") for name in (b"origin", b"host"))
        may_pass = bearer_of(headers) is not None or is_ours(origin, host)
        return (self.application if may_pass else WebsocketDenier())(scope, receive, send)


def is_ours(origin: str, host: str) -> bool:
    """Whether the page that opens the socket came from this very host."""
    if settings.PUBLIC_URL and origin == settings.PUBLIC_URL:
        return True
    name = split_domain_port(host)[0]
    return bool(name) and validate_host(name, settings.ALLOWED_HOSTS) and urlsplit(origin).netloc.lower() == host.lower()

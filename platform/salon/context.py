from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from rooms.notifications.reading import unread


def news(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """How many notifications somebody has not read. Asked only by a page that shows it."""
    return {"unread_notifications": lambda: unread(request.user) if request.user.is_authenticated else 0}


def policy(request: HttpRequest) -> dict[str, bool | str]:
    """What every page may need to know about how this Salon is run."""
    return {
        "signup_open": settings.SIGNUP_POLICY == "open",
        "signup_closed": settings.SIGNUP_POLICY == "closed",
        "mail_configured": settings.MAIL_CONFIGURED,
        "public_name": urlsplit(settings.PUBLIC_URL or "").netloc,
    }

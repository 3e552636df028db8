"""What Django cannot know is wrong with a configuration. Each check names the variable and the fix."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security)
def mail_needs_a_name(**kwargs: Any) -> list[CheckMessage]:
    if settings.MAIL_CONFIGURED and not settings.PUBLIC_URL:
        return [
            Error(
                "Mail is configured, but Salon does not know its own address, so links in mail could be forged.",
                hint="Set SALON_URL to the address people type, for example SALON_URL=https://photos.example.org",
                id="salon.E001",
            )
        ]
    return []


@register()
def client_is_built(**kwargs: Any) -> list[CheckMessage]:
    if not settings.DJANGO_VITE["default"]["manifest_path"].exists():
        return [checks.Warning("The browser client has not been built.", hint="Run: make client", id="salon.W001")]
    return []


@register(Tags.security, deploy=True)
def production_has_a_name(**kwargs: Any) -> list[CheckMessage]:
    if settings.ENV.env == "production" and not settings.PUBLIC_URL:
        return [
            checks.Warning(
                "Salon answers to any host name.",
                hint="Set SALON_URL to the address people type, for example SALON_URL=https://photos.example.org",
                id="salon.W002",
            )
        ]
    return []

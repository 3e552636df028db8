from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def absolute(request: HttpRequest, path: str) -> str:
    """The address people outside can use: SALON_URL where it is set, else the name this request came by."""
    return settings.PUBLIC_URL + path if settings.PUBLIC_URL else request.build_absolute_uri(path)


def wall_address(request: HttpRequest, key: str) -> str:
    return absolute(request, reverse("screen", args=[key]))


def join_address(request: HttpRequest, token: str) -> str:
    return absolute(request, reverse("join", args=[token]))

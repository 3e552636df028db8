"""The wall of a room: the page, and the door that a screen's link opens."""

from allauth.core.internal.ratelimit import decorator as limited
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rooms import access, screens
from rooms.models import Screen
from salon.errors import ProblemError


@require_safe
@never_cache
@limited(app="rooms", action="wall", config={"wall": "60/m/ip"}, limit_get=True)  # type: ignore[untyped-decorator]
def open_screen(request: HttpRequest, key: str) -> HttpResponse:
    """From here on this browser is the screen, and its key is out of the address bar."""
    try:
        screen = access.screen_by(key)
    except ProblemError:
        raise Http404 from None
    response = redirect("wall", screen.room.slug)
    screens.give(response, key)
    return response


@require_safe
@never_cache
def wall(request: HttpRequest, slug: str) -> HttpResponse:
    key = screens.key_of(request)
    if not key and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())  # before looking, so that it says nothing about the room
    try:
        viewer = access.viewer_for(request.user, key, slug)
    except ProblemError:
        raise Http404 from None
    response = render(request, "rooms/wall.html", {"room": viewer.room, "boot": {"room": slug, "screen": isinstance(viewer, Screen)}})
    if isinstance(viewer, Screen):
        screens.give(response, key)
    return response

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import setup

OPEN_BEFORE_SETUP = ("/setup", "/static/", "/healthz", "/readyz", "/metrics", "/doctor/", "/api/", "/ws/", "/internal/")


class FirstStartMiddleware:
    """Sends everybody to the set-up page until there is an owner. Costs a query only until then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.settled = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self.settled and not request.path_info.startswith(OPEN_BEFORE_SETUP):
            if setup.is_needed():
                return redirect("setup")
            self.settled = True
        return self.get_response(request)

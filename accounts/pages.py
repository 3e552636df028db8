from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import people, setup
from accounts.forms import SetupForm


@sensitive_post_parameters("password", "token")
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """The owner account of a fresh Salon. Once there is one, this page is gone."""
    if not setup.is_needed():
        raise Http404
    form = SetupForm(request.POST or None, asks_token=setup.asks_token(request), initial={"token": request.GET.get("token")})
    if form.is_valid():
        try:
            owner = form.save()
        except people.AlreadySetUpError:
            raise Http404 from None
        login(request, owner)
        return redirect("home")
    return render(request, "accounts/setup.html", {"form": form})

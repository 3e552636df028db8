"""The link in each mail that stops them. It works without signing in, because whoever has the mail may stop it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import User
from rooms.actions.notifications import pay_attention
from rooms.models import Digest
from rooms.notifications.digest import reader_of


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@csrf_exempt  # mail programs post here by themselves (RFC 8058); the signed link says whose mail it is, and all it can do is stop it
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    reader = reader_of(token)
    user = User.objects.filter(pk=reader).first() if reader else None
    if user is None:
        raise Http404
    if request.method == "POST":
        pay_attention(user, {"digest": Digest.NEVER})
    return render(request, "rooms/unsubscribe.html", {"done": request.method == "POST"})

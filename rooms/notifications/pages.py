"""The list, the settings, and the link in each mail that stops them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import User
from rooms import access
from rooms.actions import notifications as actions
from rooms.models import Digest
from rooms.notifications.digest import reader_of
from rooms.notifications.forms import AttentionForm
from rooms.notifications.reading import notifications_of


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    """What is new for me. A POST says that I have seen it."""
    user = access.person(request.user)
    if request.method == "POST":
        actions.read(user)
        return redirect("notifications")
    return render(request, "rooms/notifications.html", {"page": notifications_of(user)})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def notification_settings(request: HttpRequest) -> HttpResponse:
    form = AttentionForm(request.POST or None, access.person(request.user))
    if form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("notification_settings")
    return render(request, "rooms/notification_settings.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@csrf_exempt  # without signing in: whoever has the mail may stop it, and post by themselves (RFC 8058)
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    reader = reader_of(token)
    user = User.objects.filter(pk=reader).first() if reader else None
    if user is None:
        raise Http404
    if request.method == "POST":
        actions.pay_attention(user, {"digest": Digest.NEVER})
    return render(request, "rooms/unsubscribe.html", {"done": request.method == "POST"})

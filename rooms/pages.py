"""Pages: my rooms, a room, the door that an invite opens, and the card that carries it on paper."""

import uuid

from django import forms
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.api import Me
from rooms import access, covers, doorway, readings
from rooms.access import Right
from rooms.actions import members
from rooms.actions import rooms as actions
from salon.addresses import join_address
from salon.errors import ProblemError


class RoomForm(forms.Form):
    name = forms.CharField(
        max_length=100,
        label="What is it for?",
        error_messages={"required": "Give the room a name."},
        widget=forms.TextInput(attrs={"placeholder": "Summer by the lake"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """My rooms, and a new one."""
    form = RoomForm(request.POST or None)
    if form.is_valid():
        member = actions.create(access.person(request.user), form.cleaned_data["name"])
        return redirect("room", member.room.slug)
    return render(request, "rooms/home.html", {"rooms": readings.rooms_of(request.user), "form": form})


@require_safe
@never_cache
def room(request: HttpRequest, slug: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())  # before looking, so that it says nothing about the room
    try:
        member = access.room_for(request.user, slug)
    except ProblemError:
        raise Http404 from None
    boot = {
        "room": readings.room_of(member).model_dump(mode="json"),
        "me": Me.from_orm(member.user).model_dump(mode="json"),
        "photos": readings.photos_of(member).model_dump(mode="json"),
        "csrf": get_token(request),
    }
    return render(request, "rooms/room.html", {"room": member.room, "boot": boot})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def join(request: HttpRequest, token: str) -> HttpResponse:
    """The door. Only a POST lets somebody through: here, or here before the detour through sign-up or sign-in."""
    member = access.member_by_token(request.user, token)
    if member is not None:
        return enter(request, member.room.slug)
    try:
        invite = access.invite_for(token)
        if request.user.is_authenticated and (request.method == "POST" or doorway.remembered(request) == token):
            return enter(request, members.join(access.person(request.user), token).room.slug)
    except ProblemError:
        doorway.forget(request)
        return render(request, "rooms/join_invalid.html", status=404)
    if request.method == "POST":
        doorway.remember(request, invite)
        door = "account_login" if "sign_in" in request.POST else "account_signup"
        return redirect(f"{reverse(door)}?next={reverse('join', args=[token])}")
    return render(request, "rooms/join.html", {"invite": invite, "colour": covers.Cover.of(invite.room).colour})


@require_safe
@never_cache
def card(request: HttpRequest, slug: str, invite_id: uuid.UUID) -> HttpResponse:
    """An invite to print, for who may invite."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())  # before looking, so that it says nothing about the room
    try:
        member = access.room_for(request.user, slug, Right.INVITE)
    except ProblemError:
        raise Http404 from None
    invite = get_object_or_404(access.invites_for(member), pk=invite_id)
    address = join_address(request, invite.token)
    return render(request, "rooms/card.html", {"invite": invite, "address": address, "colour": covers.Cover.of(member.room).colour})


def enter(request: HttpRequest, slug: str) -> HttpResponse:
    doorway.forget(request)
    return redirect("room", slug)

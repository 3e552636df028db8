"""The way of an invited visitor through sign-up or sign-in: which room they are on the way to, and the last step into it."""

from django.http import HttpRequest

from accounts.models import User
from rooms import access
from rooms.actions import members
from rooms.models import Invite, Membership

KEY = "invite"


def remember(request: HttpRequest, invite: Invite) -> None:
    request.session[KEY] = invite.token


def remembered(request: HttpRequest) -> str | None:
    token = request.session.get(KEY)
    return token if isinstance(token, str) else None


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)


def is_invited(request: HttpRequest) -> bool:
    token = remembered(request)
    return token is not None and Invite.objects.open().filter(token=token).exists()


def enter(request: HttpRequest, user: User) -> Membership:
    """Take the visitor into the room they are on the way to. Raises access.InviteInvalidError."""
    token = remembered(request)
    if token is None:
        raise access.InviteInvalidError
    return members.join(user, token)

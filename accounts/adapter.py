from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render

from accounts.models import User
from rooms import doorway
from rooms.access import InviteInvalidError


class AccountAdapter(DefaultAccountAdapter):
    """Where allauth asks Salon: who may make an account, and in which words to say what went wrong."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "That email and password do not belong together.",
        "too_many_login_attempts": "Too many tries. Wait a few minutes and try again.",
        "incorrect_code": "That is not the code we sent.",
        "enter_current_password": "That is not your current password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        if settings.SIGNUP_POLICY == "invite":
            return doorway.is_invited(request)
        return bool(settings.SIGNUP_POLICY == "open")

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Make the account and, for somebody invited, take the seat their link promises: both or neither.

        Otherwise a link for one would make any number of accounts, as long as none of them went through the door.
        """
        user.name = form.cleaned_data["name"]
        try:
            with transaction.atomic():
                super().save_user(request, user, form, commit)
                if doorway.is_invited(request) or settings.SIGNUP_POLICY == "invite":
                    doorway.enter(request, user)
        except InviteInvalidError:
            raise ImmediateHttpResponse(render(request, "rooms/join_invalid.html", status=404)) from None
        return user

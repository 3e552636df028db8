from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from rooms import access


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
        if settings.SIGNUP_POLICY == "open":
            return True
        if settings.SIGNUP_POLICY == "closed":
            return False
        return access.holds_invite(request)

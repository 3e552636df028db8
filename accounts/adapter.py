from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from rooms import access


class AccountAdapter(DefaultAccountAdapter):
    """Where allauth asks Salon: may this visitor make an account?"""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        if settings.SIGNUP_POLICY == "open":
            return True
        if settings.SIGNUP_POLICY == "closed":
            return False
        return access.holds_invite(request)

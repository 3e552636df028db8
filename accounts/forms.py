from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.http import HttpRequest

from accounts import people, setup
from accounts.models import User


def name_field() -> forms.CharField:
    return forms.CharField(
        label="Your name", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name", "placeholder": "What the others see"})
    )


class SignupForm(forms.Form):
    """What allauth's sign-up asks beside the address and the password."""

    name = name_field()
    field_order = ("name", "email", "password1")

    def signup(self, request: HttpRequest, user: User) -> None:
        """allauth wants this method; `AccountAdapter.save_user` has saved the name already."""


class SetupForm(forms.Form):
    """The owner account of a fresh Salon."""

    name = name_field()
    email = forms.EmailField(label="Email", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = forms.CharField(
        label="Password",
        help_text="At least 10 characters. A sentence is easy to remember and hard to guess.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    token = forms.CharField(label="Set-up token", help_text="Salon printed it when it started.")

    def __init__(self, *args: Any, asks_token: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_token:
            del self.fields["token"]

    def clean_token(self) -> str:
        token = str(self.cleaned_data["token"])
        if not setup.token_holds(token):
            raise forms.ValidationError("That is not the token Salon printed when it started.")
        return token

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        person = User(email=cleaned.get("email", ""), name=cleaned.get("name", ""))
        if "password" in cleaned:
            try:
                password_validation.validate_password(cleaned["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned

    def save(self) -> User:
        return people.add_owner(self.cleaned_data["email"], self.cleaned_data["password"], self.cleaned_data["name"])

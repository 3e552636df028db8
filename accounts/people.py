"""Making accounts outside the sign-up page: the first owner, and people the operator adds."""

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from accounts.models import User


class AlreadySetUpError(Exception):
    """There is an account already, so nobody can become the first."""


def refuse_unfit(email: str, password: str, name: str) -> None:
    """Raises ValidationError, by field, with what the sign-up page would find wrong."""
    person = User(email=email.strip().lower(), name=name or email.partition("@")[0])
    person.clean_fields(exclude={"password"})
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise ValidationError({"password": error}) from None


def add_person(email: str, password: str | None, name: str, *, superuser: bool = False) -> User:
    """Make an account whose address counts as verified, because the operator vouches for it."""
    make = User.objects.create_superuser if superuser else User.objects.create_user
    with transaction.atomic():
        user = make(email, password, name=name or email.partition("@")[0])
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def add_owner(email: str, password: str, name: str) -> User:
    """Make the first account, which may do everything. Raises AlreadySetUpError where one exists."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # Two set-up forms sent at once must not make two owners. (SQLite's transactions are exclusive as they are.)
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {User._meta.db_table} IN EXCLUSIVE MODE")
        if User.objects.exists():
            raise AlreadySetUpError
        return add_person(email, password, name, superuser=True)

"""Who you are: the person and the tokens of their scripts."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from salon.ids import new_id

TOKEN_PREFIX = "salon_"  # noqa: S105  lets secret scanners and people recognise a leaked token
LAST_USED_STEP = timedelta(minutes=1)  # a write per request would cost more than the request


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField("display name", max_length=80)
    locale = models.CharField(max_length=12, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="one_account_per_address")]

    def __str__(self) -> str:
        return self.email


def display_name(user: User) -> str:
    return user.name


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def issue(self, user: User, name: str = "") -> "tuple[ApiToken, str]":
        """A new token and its text. The text is not kept anywhere: show it now or never."""
        text = TOKEN_PREFIX + secrets.token_urlsafe(32)
        return self.create(user=user, name=name, digest=digest(text)), text

    def holding(self, text: str) -> Self:
        return self.filter(digest=digest(text), user__is_active=True).select_related("user")


class ApiToken(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)

    objects: ClassVar[ApiTokenQuerySet] = ApiTokenQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name or str(self.id)

    def used(self) -> None:
        now = timezone.now()
        if self.last_used_at is None or now - self.last_used_at > LAST_USED_STEP:
            ApiToken.objects.filter(pk=self.pk).update(last_used_at=now)


def digest(text: str) -> str:
    # A token is 256 random bits, so a plain hash is as good as a slow one and can be looked up.
    return hashlib.sha256(text.encode()).hexdigest()


def user_of_token(text: str) -> User | None:
    """Whose bearer token this is, or None."""
    token = ApiToken.objects.holding(text).first()
    if token is None:
        return None
    token.used()
    return token.user

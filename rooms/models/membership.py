from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from rooms.models.room import Room
from salon.ids import new_id


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    MODERATOR = "moderator", "Moderator"
    CONTRIBUTOR = "contributor", "Contributor"
    VIEWER = "viewer", "Viewer"


class Level(models.TextChoices):
    """Of what in a room somebody wants to be told."""

    ALL = "all", "Everything new"
    MENTIONS = "mentions", "Only what is said to me"
    NONE = "none", "Nothing"


class Membership(models.Model):
    """One person in one room. Every look-up of what is in a room goes through one of these."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role)
    invite = models.ForeignKey("Invite", on_delete=models.SET_NULL, null=True, related_name="memberships")
    joined_at = models.DateTimeField(default=timezone.now)
    notify = models.CharField(max_length=8, choices=Level, default=Level.ALL)
    read_seq = models.PositiveBigIntegerField(default=0, help_text="Number of the newest event this person has seen, on any device.")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["room", "user"], name="one_membership_per_person")]

    def __str__(self) -> str:
        return f"{self.user} in {self.room} as {self.role}"

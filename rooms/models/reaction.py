from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from rooms.models.photo import Photo
from rooms.models.room import Room

HEART = "\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}"  # also marks a photo as one's favourite


class Reaction(models.Model):
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="reactions")
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="reacted")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reactions")
    emoji = models.CharField(max_length=16)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["photo", "user", "emoji"], name="one_of_each_reaction")]
        indexes: ClassVar = [models.Index(fields=["room", "user", "emoji"], name="reactions_of_person")]

    def __str__(self) -> str:
        return f"{self.emoji} on {self.photo_id}"

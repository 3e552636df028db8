from typing import ClassVar

from django.conf import settings
from django.db import models

from rooms.models.room import Room


class Removal(models.Model):
    """Somebody was taken out of a room by others. Links made before that do not let them in again."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="removals")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["room", "user"], name="one_removal_per_person")]

    def __str__(self) -> str:
        return f"{self.user} out of {self.room}"

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from rooms.models.room import Room
from salon.ids import new_id


class Archive(models.Model):
    """A zip somebody asked for: which photos it holds, in which order. Its bytes are made as they are read."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="archives")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    photos = models.JSONField(help_text="Identifiers, in order.")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="archives_by_expiry")]

    def __str__(self) -> str:
        return str(self.id)

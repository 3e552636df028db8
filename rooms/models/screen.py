from django.conf import settings
from django.db import models
from django.utils import timezone

from rooms.models.room import Room
from salon.ids import new_id


class Screen(models.Model):
    """A screen on a wall: shows the photos of one room, and can do nothing else. Only the SHA-256 of its key is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="screens")
    label = models.CharField(max_length=100, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.label or str(self.id)

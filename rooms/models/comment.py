from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from rooms.models.photo import Photo
from rooms.models.room import Room
from salon.ids import new_id


class Comment(models.Model):
    """What somebody said about a photo. Answers are one deep: `parent` never has a parent of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="comments")
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="said")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="answers")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="comments")
    text = models.TextField(max_length=2000, help_text="A mention is `@[<user id>]`.")
    seq = models.PositiveBigIntegerField(help_text="Number of the event that changed it last.")
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["photo", "id"], name="comments_of_photo"),
            models.Index(fields=["removed_at"], condition=models.Q(removed_at__isnull=False), name="comments_removed"),
        ]

    def __str__(self) -> str:
        return str(self.id)

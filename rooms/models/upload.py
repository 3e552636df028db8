from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from rooms.models.photo import Photo
from rooms.models.room import Room
from salon.ids import new_id


class Upload(models.Model):
    """A resumable upload. The first `offset` bytes of its file are on the disk; what lies behind them counts for nothing.

    Once all bytes are here and are a picture, `photo` names it, and the row stays for a while for a sender that did not hear the answer.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="uploads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    size = models.PositiveBigIntegerField(help_text="Bytes, as promised.")
    offset = models.PositiveBigIntegerField(default=0)
    metadata = models.TextField(blank=True, help_text="As tus sends it: keys with values in base64.")
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    already = models.BooleanField(default=False, help_text="The room had these very bytes.")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="uploads_by_expiry")]

    def __str__(self) -> str:
        return f"{self.id} {self.offset}/{self.size}"

from typing import ClassVar

from django.db import models

from rooms.models.photo import Photo
from rooms.models.room import Originals


class Edition(models.Model):
    """An original under one policy, written as pieces of the file and of new bytes between them, so that it takes no disk.

    `pieces` is a list of `[start, stop]` (bytes of the original) and texts (new bytes, in base64); see `rooms/ingest/editions.py`.
    A photo whose format cannot be rewritten without touching pixels has no edition under that policy.
    """

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="editions")
    policy = models.CharField(max_length=20, choices=Originals)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    crc32 = models.PositiveBigIntegerField()
    pieces = models.JSONField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["photo", "policy"], name="one_edition_per_policy")]

    def __str__(self) -> str:
        return f"{self.photo_id} {self.policy}"

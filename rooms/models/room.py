from typing import ClassVar

from django.db import models
from django.utils import timezone

from salon.ids import new_id, new_slug


class Originals(models.TextChoices):
    """What of an original others may download. Whoever added it always gets it back as it came."""

    AS_IS = "as_is", "as it came"
    WITHOUT_LOCATION = "without_location", "without where it was taken"
    WITHOUT_METADATA = "without_metadata", "without anything but the picture"


class Room(models.Model):
    """`slug` is the name in links and the API; `seq` the number of the newest event in the room's journal."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.CharField(max_length=16, unique=True, default=new_slug, editable=False)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True)
    seq = models.PositiveBigIntegerField(default=0)
    originals = models.CharField(max_length=20, choices=Originals, default=Originals.WITHOUT_LOCATION)
    talk = models.BooleanField(default=True, help_text="Members may comment and react.")
    cover = models.ForeignKey("Photo", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    wall = models.JSONField(default=dict, blank=True, help_text="What the screens on the wall were told to do.")
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return self.name

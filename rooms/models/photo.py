from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from rooms.models.room import Room
from salon.ids import new_id


class PhotoState(models.TextChoices):
    DEVELOPING = "developing"
    READY = "ready"
    FAILED = "failed"


class PhotoQuerySet(models.QuerySet["Photo"]):
    def shown(self) -> Self:
        return self.filter(removed_at=None)

    def newest_first(self) -> Self:
        return self.order_by("-id")  # UUIDv7: by the time they were added


class Photo(models.Model):
    """A photo keeps its `state` while removed, so that an undo brings back what was there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="photos")
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="photos")
    seq = models.PositiveBigIntegerField(help_text="Number of the event that changed it last.")
    added_seq = models.PositiveBigIntegerField(default=0, help_text="Number of the event that added it.")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="Bytes of the original.")
    format = models.CharField(max_length=8)
    width = models.PositiveIntegerField(help_text="Pixels, upright.")
    height = models.PositiveIntegerField(help_text="Pixels, upright.")
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_zone = models.SmallIntegerField(null=True, blank=True, help_text="Minutes east of UTC, where the camera says so.")
    camera = models.JSONField(default=dict, blank=True, help_text="Make, model, lens and exposure, as far as the camera says them.")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    located = models.BooleanField(default=False, help_text="The original says where it was taken.")
    animated = models.BooleanField(default=False)
    caption = models.CharField(max_length=500, blank=True)
    alt = models.CharField(max_length=500, blank=True)
    thumbhash = models.CharField(max_length=48, help_text="Base64.")
    state = models.CharField(max_length=12, choices=PhotoState, default=PhotoState.DEVELOPING)
    error = models.CharField(max_length=200, blank=True)
    upload_id = models.UUIDField(null=True, blank=True, editable=False, help_text="The resumable upload it came by.")
    comments = models.PositiveIntegerField(default=0, help_text="That are shown.")
    reactions = models.JSONField(default=dict, blank=True, help_text="How many people gave each emoji.")
    talk_seq = models.PositiveBigIntegerField(default=0, help_text="Number of the newest event of its comments and reactions.")
    added_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects: ClassVar[PhotoQuerySet] = PhotoQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["room", "-id"], condition=Q(removed_at=None), name="photos_newest_first"),
            models.Index(fields=["room", "added_seq"], condition=Q(removed_at=None), name="photos_unread"),
            models.Index(fields=["removed_at"], condition=Q(removed_at__isnull=False), name="photos_removed"),
            models.Index(fields=["uploader", "size"], name="photos_bytes_of_person"),
            models.Index(fields=["room", "size"], name="photos_bytes_of_room"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["room", "sha256"],
                condition=Q(removed_at=None) & ~Q(state=PhotoState.FAILED),
                name="one_copy_per_room",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from rooms.models.comment import Comment
from rooms.models.photo import Photo
from rooms.models.room import Room
from salon.ids import new_id


class About(models.TextChoices):
    PHOTOS = "photos"
    COMMENT = "comment"  # on a photo of theirs
    ANSWER = "answer"  # to a comment of theirs
    MENTION = "mention"
    REACTION = "reaction"  # to a photo of theirs


class Told(models.Model):
    """How far a room's journal has been turned into notifications."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, primary_key=True, related_name="told")
    seq = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.room_id} up to {self.seq}"


class Notification(models.Model):
    """One line in somebody's list. A burst of the same kind by the same person is one line that counts, until it was settled."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="notifications")
    about = models.CharField(max_length=10, choices=About)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="+", help_text="The newest of them.")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="+")
    count = models.PositiveIntegerField(default=1)
    seq = models.PositiveBigIntegerField(help_text="Number of the newest event it tells of.")
    first_at = models.DateTimeField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True, help_text="The burst is over: it was pushed to their devices, or need not be.")
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="notifications_of_person"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notifications_unread"),
            models.Index(fields=["at"], condition=Q(settled_at=None), name="notifications_unsettled"),
        ]

    def __str__(self) -> str:
        return f"{self.about} for {self.user_id}"


class Device(models.Model):
    """A browser that asked to be pushed to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices")
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=120, help_text="Its public key, base64url.")
    auth = models.CharField(max_length=40, help_text="Its secret, base64url.")
    name = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    reached_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name or str(self.id)


class Digest(models.TextChoices):
    NEVER = "never", "Never"
    DAILY = "daily", "Once a day, if there is something new"
    WEEKLY = "weekly", "Once a week, if there is something new"


class Attention(models.Model):
    """When somebody may be disturbed. Who never said anything has the defaults."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="attention")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    digest = models.CharField(max_length=6, choices=Digest, default=Digest.DAILY)
    digested_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.user_id)

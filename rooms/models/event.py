from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from rooms.models.room import Room


class Kind(models.TextChoices):
    PHOTO_ADDED = "photo.added"
    PHOTO_READY = "photo.ready"
    PHOTO_FAILED = "photo.failed"
    PHOTO_CHANGED = "photo.changed"
    PHOTO_REMOVED = "photo.removed"
    PHOTO_RESTORED = "photo.restored"
    MEMBER_JOINED = "member.joined"
    MEMBER_CHANGED = "member.changed"
    MEMBER_LEFT = "member.left"
    ROOM_CHANGED = "room.changed"
    COMMENT_ADDED = "comment.added"
    COMMENT_CHANGED = "comment.changed"
    COMMENT_REMOVED = "comment.removed"
    COMMENT_RESTORED = "comment.restored"
    REACTION_ADDED = "reaction.added"
    REACTION_REMOVED = "reaction.removed"
    WALL_CHANGED = "wall.changed"


class Event(models.Model):
    """One line of a room's journal. Written only by `journal.record`, never changed."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=24, choices=Kind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    data = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["room", "seq"], name="journal_has_no_ties")]
        indexes: ClassVar = [models.Index(fields=["at"], name="journal_by_age")]

    def __str__(self) -> str:
        return f"{self.room_id} {self.seq} {self.kind}"

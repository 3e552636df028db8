from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from rooms.models.comment import Comment
from rooms.models.photo import Photo
from rooms.models.room import Room
from salon.ids import new_id


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> Self:
        """Not settled, and about what is still shown."""
        return self.filter(settled_at=None, photo__removed_at=None, comment__removed_at=None)


class Report(models.Model):
    """A member asks those who curate the room to look at a photo or a comment. Open until somebody settles it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="reports")
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="reports")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, blank=True, related_name="reports")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="reports")
    reason = models.CharField(max_length=500, blank=True)
    reported_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects: ClassVar[ReportQuerySet] = ReportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes: ClassVar = [models.Index(fields=["room", "id"], condition=models.Q(settled_at=None), name="reports_open")]

    def __str__(self) -> str:
        return str(self.id)

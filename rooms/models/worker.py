from django.db import models


class Worker(models.Model):
    """A process that does tasks, and when it was last heard of."""

    id = models.CharField(primary_key=True, max_length=64)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id

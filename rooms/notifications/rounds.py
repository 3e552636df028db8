"""The worker's round, every few seconds."""

from datetime import timedelta

from django.utils import timezone

from rooms.models import Notification
from rooms.notifications import digest, fold, settle

KEPT = timedelta(days=90)


def go_round() -> None:
    fold.fold_all()
    settle.settle_all()
    digest.send_all()


def forget_old() -> None:
    Notification.objects.filter(at__lt=timezone.now() - KEPT).delete()

"""Whatever ends somebody's right to listen has their open sockets asked again, at once and in every process.

Signals, because sessions end in many places: signing out, signing out everywhere, a changed password, the admin.
"""

from functools import partial
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from accounts.credential import user_of_session
from accounts.models import ApiToken, User
from rooms import broadcasts


@receiver(post_save, sender=User)
def person_changed(instance: User, created: bool, update_fields: Any, **_: Any) -> None:
    harmless = update_fields is not None and not {"password", "is_active"} & set(update_fields)
    if not created and not harmless:
        transaction.on_commit(partial(broadcasts.doubt_person, instance.pk))


@receiver(post_delete, sender=User)
def person_deleted(instance: User, **_: Any) -> None:
    transaction.on_commit(partial(broadcasts.doubt_person, instance.pk))


@receiver(post_delete, sender=ApiToken)
def token_revoked(instance: ApiToken, **_: Any) -> None:
    transaction.on_commit(partial(broadcasts.doubt_person, instance.user_id))


@receiver(post_delete, sender=Session)
def session_ended(instance: Session, **_: Any) -> None:
    user_id = user_of_session(instance.get_decoded())
    if user_id is not None and instance.expire_date > timezone.now():
        transaction.on_commit(partial(broadcasts.doubt_person, user_id))

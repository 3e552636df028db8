"""How far somebody has seen a room is nobody else's business, so it leaves no trace in the journal."""

from functools import partial

from django.db import transaction

from rooms import broadcasts
from rooms.models import Membership


def read(member: Membership, seq: int) -> None:
    """This person has seen the room up to this event. It never goes back, and nobody has seen what has not happened yet."""
    seen = min(seq, member.room.seq)
    with transaction.atomic():
        if Membership.objects.filter(pk=member.pk, read_seq__lt=seen).update(read_seq=seen):
            transaction.on_commit(partial(broadcasts.tell_read, member.room_id, member.user_id, seen))

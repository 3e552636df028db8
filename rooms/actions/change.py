from collections.abc import Iterator
from contextlib import contextmanager

from rooms import access, journal
from rooms.models import Kind, Membership


@contextmanager
def change(member: Membership, kind: Kind) -> Iterator[journal.Entry]:
    """A change made by a member.

    The membership is read again under the room's lock. Removing somebody takes the same lock, so nothing that a removed
    person had under way can commit after their removal.
    """
    with journal.record(member.room, kind, member.user) as entry:
        access.recheck(member)
        yield entry

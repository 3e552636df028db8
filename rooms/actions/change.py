from collections.abc import Iterator
from contextlib import contextmanager

from rooms import access, journal
from rooms.access import Right
from rooms.models import Kind, Membership


@contextmanager
def change(member: Membership, kind: Kind, right: Right = Right.VIEW) -> Iterator[journal.Entry]:
    """A change made by a member who has this right.

    Membership and role are read again under the room's lock. Removing somebody takes the same lock, so nothing that a removed
    or demoted person had under way can commit after that. What else was read before the lock may be old as well: an action
    reads it again before it decides or writes.
    """
    with journal.record(member.room, kind, member.user) as entry:
        access.recheck(member, right)
        yield entry

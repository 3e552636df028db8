"""Which sockets may stay open, asked of the database for many at once, and how far their rooms have got meanwhile."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from accounts.credential import holders
from rooms import access
from rooms.live.closing import MEMBERSHIP_ENDED, NOT_SIGNED_IN, Closing
from rooms.live.seat import Seat


@dataclass
class Standing:
    ended: dict[Seat, Closing]
    roles: dict[Seat, str]
    newest: dict[uuid.UUID, int]  # number of the newest event of each room


def standing_of(seats: Collection[Seat]) -> Standing:
    users = holders(seat.credential for seat in seats)
    memberships = access.standing({seat.membership_id for seat in seats})
    result = Standing({}, {}, {})
    for seat in seats:
        user, membership = users.get(seat.credential), memberships.get(seat.membership_id)
        if user is None or user.pk != seat.user_id:
            result.ended[seat] = NOT_SIGNED_IN
        elif membership is None:
            result.ended[seat] = MEMBERSHIP_ENDED
        else:
            result.roles[seat], result.newest[seat.room_id] = membership
    return result

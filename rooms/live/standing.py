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
    read: dict[Seat, int]  # number of the newest event that the person has seen


def standing_of(seats: Collection[Seat]) -> Standing:
    users = holders(seat.credential for seat in seats if seat.membership_id)
    memberships = access.standing({seat.membership_id for seat in seats if seat.membership_id})
    screens = access.screens_standing({seat.screen_id for seat in seats if seat.screen_id})
    result = Standing({}, {}, {}, {})
    for seat in seats:
        if seat.membership_id is None:
            stand_screen(seat, screens, result)
            continue
        user, membership = users.get(seat.credential), memberships.get(seat.membership_id)
        if user is None or user.pk != seat.user_id:
            result.ended[seat] = NOT_SIGNED_IN
        elif membership is None:
            result.ended[seat] = MEMBERSHIP_ENDED
        else:
            result.roles[seat], result.newest[seat.room_id], result.read[seat] = membership
    return result


def stand_screen(seat: Seat, screens: dict[uuid.UUID, int], result: Standing) -> None:
    newest = screens.get(seat.screen_id) if seat.screen_id else None
    if newest is None:
        result.ended[seat] = NOT_SIGNED_IN
    else:
        result.newest[seat.room_id] = newest

"""Sockets that hang on a wall. They are told that something is new, and read over HTTP what of it is theirs to see.

So nothing of a comment, a member or a link can reach them here, and the frames of everybody else stay the same for all.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rooms.live.frames import frame
from rooms.live.reading import in_thread
from rooms.live.seat import Seat
from rooms.live.standing import standing_of
from rooms.wall import KINDS

if TYPE_CHECKING:
    from rooms.live.gathering import Gathering


class Walls:
    """Those of one room in this process."""

    def __init__(self, gathering: "Gathering") -> None:
        self.gathering = gathering
        self.seats: set[Seat] = set()

    async def enter(self, seat: Seat) -> None:
        """Seated first and greeted second: what is new in between is told of twice rather than never."""
        self.seats.add(seat)
        # Asked again although it was admitted just now: until the room's group was joined, nobody could have told us that it ended.
        standing = await in_thread(standing_of)([seat])
        if seat in standing.ended:
            return self.gathering.hub.dismiss(seat, standing.ended[seat])
        self.gathering.put(seat, frame("hello", room=seat.slug, seq=standing.newest[seat.room_id]))
        return None

    def ring(self, texts: Sequence[str] | None = None) -> None:
        """Tell that there is something new, if any of these events is a wall's business; without events, in any case."""
        if self.seats and (texts is None or any(json.loads(text)["kind"] in KINDS for text in texts)):
            news = frame("wall", seq=self.gathering.seq)
            for seat in tuple(self.seats):
                self.gathering.put(seat, news)

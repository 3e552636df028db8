"""Who is in a room now and what they are sending, over all processes. Nothing of it is kept.

Each process tells the room's group of its own sockets whenever they change, and when a process that is new to the room asks.
What a process has told is forgotten when it has not been heard of for a while (the hub listens for its pulse), so a killed one
leaves no ghosts.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rooms.live.frames import Frame, frame
from rooms.live.throttle import Throttle

if TYPE_CHECKING:
    from rooms.live.gathering import Gathering
    from rooms.live.seat import Seat

PEOPLE_SECONDS = 1.0  # between two frames that say who is here
UPLOADS_SECONDS = 0.5
SEATS_PER_SECOND = 400  # a full room is told less often: its frames are longer and go to more people
SHOWN = 60  # people a frame names, the others are counted; and uploads it lists
SHOWN_OF_ONE = 8
FORGET_UPLOADS_SECONDS = 30

People = dict[str, tuple[str, bool]]  # by id: the name, and whether one of the person's tabs is visible
Told = tuple[People, list[Mapping[str, Any]]]


class Presence:
    def __init__(self, gathering: "Gathering") -> None:
        self.gathering = gathering
        self.elsewhere: dict[str, Told] = {}  # by process
        self.told: Told | None = None
        self.order: list[str] = []  # of the people, as they came
        self.people: Frame | None = None
        self.uploads: Frame | None = None
        self.telling = Throttle(self.tell)
        self.showing = Throttle(self.show)

    def came(self, seat: "Seat") -> None:
        for message in (self.people, self.uploads):
            if message is not None:
                self.gathering.put(seat, message)
        self.changed()

    def changed(self, seconds: float = PEOPLE_SECONDS) -> None:
        """Something about this process's sockets is new."""
        self.telling.call(self.patience(seconds))
        self.showing.call(self.patience(seconds))

    def patience(self, seconds: float) -> float:
        return max(seconds, len(self.gathering.seats) / SEATS_PER_SECOND)

    def close(self) -> None:
        self.telling.cancel()
        self.showing.cancel()
        self.tell()

    # To the other processes, and from them

    def tell(self, *, again: bool = False, ask: bool = False) -> None:
        """Tell what is new, or all of it `again`; `ask` the others to do the same."""
        told = self.people_here(), self.uploads_here()
        if again or told != self.told:
            self.gathering.hub.tell_presence(self.gathering.room_id, *told, ask=ask or self.told is None)
            self.told = told

    def hear(self, process: str, told: Told, *, ask: bool) -> None:
        self.elsewhere[process] = told
        self.showing.call(self.patience(UPLOADS_SECONDS))
        if ask and self.told is not None:
            self.tell(again=True)

    def tend(self, silent: Iterable[str]) -> None:
        """Forget processes that have fallen silent, and uploads nobody has spoken of for a while."""
        gone = [process for process in silent if self.elsewhere.pop(process, None)]
        if gone or (self.told is not None and self.told[1]):
            self.changed(UPLOADS_SECONDS)

    # To the sockets

    def show(self) -> None:
        """Send what has changed."""
        everywhere = [(self.people_here(), self.uploads_here()), *self.elsewhere.values()]
        self.people = self.show_changed(self.people, self.people_frame(people for people, _ in everywhere))
        uploads = shown_of(upload for _, uploads in everywhere for upload in uploads)
        if uploads or self.uploads is not None:
            self.uploads = self.show_changed(self.uploads, frame("uploads", uploads=uploads))

    def show_changed(self, last: Frame | None, new: Frame) -> Frame:
        if last is None or new.text != last.text:
            self.gathering.put_all(new)
        return new

    def people_frame(self, everywhere: Iterable[People]) -> Frame:
        together: People = {}
        for people in everywhere:
            for key, (name, looking) in people.items():
                together[key] = (name, looking or together.get(key, ("", False))[1])
        self.order = list(dict.fromkeys([key for key in self.order if key in together] + list(together)))
        shown = [{"id": key, "name": together[key][0], "looking": together[key][1]} for key in self.order[:SHOWN]]
        return frame("presence", people=shown, count=len(together))

    # What is so in this process

    def people_here(self) -> People:
        people: People = {}
        for seat in self.gathering.seats:
            key = str(seat.user_id)
            people[key] = (seat.name, seat.looking or people.get(key, ("", False))[1])
        return people

    def uploads_here(self) -> list[Mapping[str, Any]]:
        oldest = time.monotonic() - FORGET_UPLOADS_SECONDS
        return shown_of(
            {"user": {"id": str(seat.user_id), "name": seat.name}, **upload}
            for seat in self.gathering.seats
            if seat.uploads and seat.uploads_at > oldest and seat.may_upload()
            for upload in seat.uploads
        )


def shown_of(uploads: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """A few of each person's, and not too many in all: whoever opens a hundred sockets must not fill everybody's line."""
    shown: list[Mapping[str, Any]] = []
    of_person = Counter[str]()
    for upload in uploads:
        of_person[upload["user"]["id"]] += 1
        if of_person[upload["user"]["id"]] <= SHOWN_OF_ONE and len(shown) < SHOWN:
            shown.append(upload)
    return shown

from typing import Any, Self

from ninja import Schema

from rooms.models import Event, Kind
from rooms.shapes.people import PersonOut
from salon.moments import Moment


class EventOut(Schema):
    seq: int
    kind: Kind
    at: Moment
    actor: PersonOut | None
    data: dict[str, Any]

    @classmethod
    def of(cls, event: Event) -> Self:
        actor = PersonOut.of(event.actor) if event.actor else None
        return cls(seq=event.seq, kind=Kind(event.kind), at=event.at, actor=actor, data=event.data)


class EventPage(Schema):
    events: list[EventOut]
    seq: int
    reset: bool

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from rooms import journal
from rooms.access import room_for
from rooms.shapes.events import EventOut, EventPage
from salon.auth import asker

router = Router(tags=["events"])


@router.get("/rooms/{slug:room}/events", response=EventPage)
def list_events(
    request: HttpRequest,
    room: str,
    after: Annotated[int, Query(ge=0, le=journal.LARGEST_SEQ)] = 0,
    limit: Annotated[int, Query(ge=1, le=journal.PAGE)] = journal.PAGE,
) -> EventPage:
    page = journal.since(room_for(asker(request), room).room_id, after, limit)
    return EventPage(events=[EventOut.of(event) for event in page.events], seq=page.seq, reset=page.reset)

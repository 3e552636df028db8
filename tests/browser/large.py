"""A room with very many photos: real pictures, each shown by many rows, whose files are links to the same few."""

import os
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle, islice
from secrets import randbits
from uuid import uuid4

from rooms import files
from rooms.actions.admission import record_added
from rooms.models import Membership, Photo, PhotoState
from salon.ids import new_id
from tests.people import Cast, Person
from tests.pictures import picture
from tests.test_photos import add, when_ready

SHAPES = [("coffee.png", (1800, 1200)), ("astronaut.png", (1200, 1600)), ("chelsea.png", (1600, 1200)), ("rocket.jpg", (2000, 1125)),
          ("coffee.png", (1500, 1500)), ("astronaut.png", (2400, 1000))]  # fmt: skip
VARIANTS = ("thumb", "grid", "view")
AT_ONCE = 2000


def models(cast: Cast, person: Person) -> list[Photo]:
    """Real photos of this person, removed from the room again, but not their files."""
    added = [when_ready(cast, add(person, cast, picture("JPEG", of=name, size=size)).json()) for name, size in SHAPES]
    for photo in added:
        assert person.api.delete(f"{cast.path}/photos/{photo['id']}").status_code == 204
    return [Photo.objects.get(pk=photo["id"]) for photo in added]


def fill(member: Membership, of: list[Photo], count: int, newest: datetime, apart: timedelta) -> list[Photo]:
    """So many photos into the tables, one every `apart`, without telling anybody."""
    room = member.room
    room.refresh_from_db()
    moments = [newest - apart * number for number in range(count)][::-1]
    photos = [
        copy(member, model, moment, room.seq + number) for number, (model, moment) in enumerate(zip(cycle(of), moments, strict=False), 1)
    ]
    Photo.objects.bulk_create(photos, batch_size=AT_ONCE)
    room.seq += count
    room.save(update_fields=["seq"])
    return photos


def arrive(member: Membership, of: list[Photo], count: int) -> Iterator[Photo]:
    """So many photos that are added now, one after another, each told to everybody."""
    for model in islice(cycle(of), count):
        photo = copy(member, model, None, 0)
        record_added(member, photo, developed=True)
        yield photo


def copy(member: Membership, model: Photo, moment: datetime | None, seq: int) -> Photo:
    """Another photo with the same pictures."""
    kept = ("format", "size", "width", "height", "thumbhash")
    times = {"added_at": moment, "taken_at": moment, "taken_zone": 0} if moment else {}
    made = Photo(
        id=id_at(moment) if moment else new_id(), room=member.room, uploader=member.user, sha256=uuid4().hex * 2, seq=seq, added_seq=seq,
        state=PhotoState.READY, **times, **{name: getattr(model, name) for name in kept},
    )  # fmt: skip
    for variant in VARIANTS:
        os.link(files.path(files.name_of(model, variant)), files.path(files.name_of(made, variant)))
    return made


def id_at(moment: datetime) -> uuid.UUID:
    """A UUIDv7 as it would have been made then."""
    milliseconds = int(moment.timestamp() * 1000)
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | randbits(12) << 64 | 2 << 62 | randbits(62))

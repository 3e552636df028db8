"""Salon itself: `manage.py serve` on PostgreSQL and Redis, its sockets those of signed-in members."""

import asyncio
from typing import Any

from tests.bench.live import event, machine
from tests.bench.live.crowd import Crowd, Manner
from tests.bench.live.feed import Feed, connect
from tests.bench.live.peers.peer import LAST_WORDS, Peer
from tests.server import Server

MEMBERS = 200
BULK = 1000


class Salon(Peer):
    name = "salon"
    has_rooms = True
    about = "manage.py serve on PostgreSQL and Redis; the load's process publishes to the layer, as another Salon does after its commit"
    manner = Manner(ready=b'"type":"hello"')

    def missing(self) -> str | None:
        return self.backing.missing()

    def prepare(self) -> None:
        self.backing.start()
        from rooms.actions import rooms as actions
        from rooms.models import Membership, Role, Room
        from tests.people import make_person

        people = [make_person(None, f"Member{number}") for number in range(MEMBERS)]  # type: ignore[arg-type]  # needs no server
        self.sessions = [person.session for person in people]
        self.users = [person.user for person in people]
        room = actions.create(people[0].user, "Benchmark").room
        Membership.objects.bulk_create(Membership(room=room, user=user, role=Role.VIEWER) for user in self.users[1:])
        self.rooms = [Room.objects.get(pk=room.pk)]

    def prepare_rooms(self, rooms: int, each: int) -> None:
        # Straight into the tables: a thousand rooms made one by one would take longer than all that is measured in them.
        from rooms.models import Membership, Role, Room

        missing = range(len(self.rooms), rooms)
        made = Room.objects.bulk_create([Room(name=f"Room {number}") for number in missing], BULK)
        members = [
            Membership(room=room, user=self.users[(number * each + index) % MEMBERS], role=Role.OWNER)
            for number, room in zip(missing, made, strict=True)
            for index in range(each)
        ]
        Membership.objects.bulk_create(members, BULK)
        self.rooms += made

    def start(self) -> None:
        with machine.on(self.cores.server):
            server = Server("--no-worker")
        self.process, self.server = server.process, server
        assert server.port is not None
        self.port = server.port

    def command(self) -> list[str]:
        return []

    @property
    def last_words(self) -> str:
        return self.server.output.strip()[-LAST_WORDS:]

    def stop(self) -> None:
        running = self.process is not None
        super().stop()
        if running:
            self.server.stop()  # ended already; this reads the rest of what it said

    def open_feed(self, rooms: int) -> Feed:
        self.number_rooms()
        from channels.layers import get_channel_layer

        from rooms import broadcasts

        layer: Any = get_channel_layer()
        self.firsts = [room.seq + 1 for room in self.rooms[:rooms]]
        ids = [room.id.hex for room in self.rooms[:rooms]]
        channels = asyncio.run(group_channels(layer, [broadcasts.group(room.id) for room in self.rooms[:rooms]]))

        def encode(room: int, number: int, stamp: int) -> bytes:
            seq = self.firsts[room] + number
            text = event.text(seq, number, stamp).decode()
            message = layer.serialize({"type": "room.event", "room": ids[room], "seq": seq, "text": text})
            return redis_command(b"PUBLISH", channels[room], message)

        self.feed = Feed(connect(self.backing.redis_port), encode, rooms)
        return self.feed

    def handshake(self, index: int, room: int) -> bytes:
        session = self.sessions[index % MEMBERS]
        headers = f"Origin: http://127.0.0.1:{self.port}\r\nCookie: salon_session={session}\r\nSec-WebSocket-Protocol: salon.v1\r\n"
        return self.request(f"/ws/rooms/{self.rooms[room].slug}", headers)

    def open(self, crowd: Crowd, count: int) -> None:
        self.number_rooms()
        super().open(crowd, count)

    def open_in_rooms(self, crowd: Crowd, rooms: range, each: int) -> None:
        self.number_rooms()
        super().open_in_rooms(crowd, rooms, each)

    def number_rooms(self) -> None:
        """The events are in no journal. So that whoever comes next starts after them, the rooms are told their numbers."""
        if self.feed is not None:
            for room, first, number in zip(self.rooms, self.firsts, self.feed.numbers, strict=False):
                if room.seq != first + number - 1:
                    room.seq = first + number - 1
                    room.save(update_fields=["seq"])


async def group_channels(layer: Any, groups: list[str]) -> list[bytes]:
    """The names under which Redis knows groups; the layer tells them only inside an event loop."""
    return [layer._get_group_channel_name(group).encode() for group in groups]


def redis_command(*words: bytes) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join([b"$%d\r\n%s\r\n" % (len(word), word) for word in words])

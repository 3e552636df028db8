"""A Salon on two cores, with a room, five people who add photos to it and one who watches."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.bench.live import machine
from tests.bench.live.backing import Backing
from tests.bench.photos.served.member import Member
from tests.server import Server

SENDERS = 5
CORES = 2  # for all that is: server, worker, decoders, PostgreSQL, Redis, and the people


@dataclass
class House:
    senders: list[Member]
    watcher: Member
    caller: Member
    pid: int

    def cpu_seconds(self) -> float:
        """Of the server and all its children so far, those that have ended included."""
        ticks = 0
        for pid in machine.family(self.pid):
            with suppress(OSError):
                ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def opened(backing: Backing) -> Iterator[House]:
    """Everything on the same two cores, as on a small machine. It ends with what it wrote, if that was an error."""
    cores = set(sorted(os.sched_getaffinity(0))[:CORES])
    with machine.on(cores):
        backing.start()
        server = Server()
        try:
            yield furnished(server)
        finally:
            server.stop()
    if "Traceback" in server.output:
        raise AssertionError("the server wrote a traceback:\n" + server.output.partition("Traceback")[2][:2000])


def furnished(server: Server) -> House:
    from rooms.actions import rooms as actions
    from rooms.models import Membership, Role
    from tests.people import make_person

    owner, *others = [make_person(server, f"Member{number}") for number in range(SENDERS + 2)]
    room = actions.create(owner.user, "Benchmark").room
    Membership.objects.bulk_create(Membership(room=room, user=one.user, role=Role.CONTRIBUTOR) for one in others)
    watcher, caller, *senders = [Member(server.port or 0, room.slug, one.token, one.session) for one in (owner, *others)]
    return House(senders, watcher, caller, server.process.pid)

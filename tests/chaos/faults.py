"""Carries out the plan's faults. Those of different programs may overlap; two of one program wait for each other."""

import asyncio

from tests.chaos.follower import Follower
from tests.chaos.ledger import Ledger
from tests.chaos.machines import Place, Redis
from tests.chaos.plan import SMALL_ROOM, Fault

SOCKETS_A_CUT = 5
HURRY_SECONDS = 0.5
RESUBSCRIBE_SECONDS = 3  # channels_redis tries again once a second; a message published before it has is nobody's
STOP_SECONDS = 10  # promised
STOP_MARGIN = 2  # for a machine that has other things to do


class Faults:
    def __init__(self, redis: Redis, places: list[Place], followers: list[Follower], ledger: Ledger) -> None:
        self.redis, self.places, self.followers, self.ledger = redis, places, followers, ledger
        self.redis_turn = asyncio.Lock()
        self.turns = {place.url: asyncio.Lock() for place in places}

    async def strike(self, fault: Fault) -> None:
        kinds = {
            "redis killed": self.kill_redis, "redis frozen": self.freeze_redis, "server killed": self.kill_server,
            "server stopped": self.stop_server, "cut": self.cut, "stall": self.stall, "wake": self.wake,
            "leave page": self.leave_page, "come and go": self.come_and_go,
        }  # fmt: skip
        self.ledger.note(f"fault: {fault.what} for {fault.seconds:.2f} s")
        await kinds[fault.what](fault)
        self.ledger.count(f"fault: {fault.what}")

    async def kill_redis(self, fault: Fault) -> None:
        async with self.redis_turn:
            gone = self.note_redis_gone()
            await asyncio.to_thread(self.redis.kill)
            await asyncio.sleep(fault.seconds)
            await asyncio.to_thread(self.redis.restart)
            self.note_redis_back(gone)

    async def freeze_redis(self, fault: Fault) -> None:
        """The worse case: it neither answers nor refuses, and what it was sent meanwhile it takes up afterwards."""
        async with self.redis_turn:
            gone = self.note_redis_gone()
            self.redis.freeze()
            try:
                await asyncio.sleep(fault.seconds)
            finally:
                self.redis.thaw()
            self.note_redis_back(gone)

    def note_redis_gone(self) -> int:
        self.ledger.redis_away.append((self.ledger.now(), float("inf")))
        return len(self.ledger.redis_away) - 1

    def note_redis_back(self, index: int) -> None:
        gone, _ = self.ledger.redis_away[index]
        self.ledger.redis_away[index] = (gone, self.ledger.now() + RESUBSCRIBE_SECONDS)
        self.ledger.note("Redis is back")

    def place(self, fault: Fault) -> Place:
        return self.places[int(fault.pick * len(self.places))]

    async def kill_server(self, fault: Fault) -> None:
        place = self.place(fault)
        async with self.turns[place.url]:
            await asyncio.to_thread(place.kill)
            await self.start_again(place, fault)

    async def stop_server(self, fault: Fault) -> None:
        place = self.place(fault)
        async with self.turns[place.url]:
            self.ledger.stopping[place.url] = self.ledger.now()
            code, seconds = await asyncio.to_thread(place.stop)
            self.ledger.note(f"server {place.name} ended with {code} after {seconds:.2f} s")
            if code != 0:
                self.ledger.violation(f"server {place.name} was asked to stop and ended with {code}")
            if seconds > STOP_SECONDS + STOP_MARGIN:
                self.ledger.violation(f"server {place.name} took {seconds:.1f} s to stop")
            await self.start_again(place, fault)

    async def start_again(self, place: Place, fault: Fault) -> None:
        await asyncio.sleep(fault.seconds)
        self.ledger.stopping.pop(place.url, None)
        await asyncio.to_thread(place.start)
        self.ledger.note(f"server {place.name} is back")

    def connected(self) -> list[Follower]:
        return [follower for follower in self.followers if follower.socket is not None]

    async def cut(self, fault: Fault) -> None:
        connected = self.connected()
        first = int(fault.pick * len(connected))
        for follower in connected[first : first + SOCKETS_A_CUT]:
            follower.cut()

    async def stall(self, fault: Fault) -> None:
        connected = self.connected()
        if connected:
            await connected[int(fault.pick * len(connected))].stall(fault.seconds)

    async def wake(self, fault: Fault) -> None:
        connected = self.connected()
        if connected:
            await connected[int(fault.pick * len(connected))].wake()

    async def leave_page(self, fault: Fault) -> None:
        connected = self.connected()
        if connected:
            connected[int(fault.pick * len(connected))].leave_page(fault.seconds)

    async def come_and_go(self, fault: Fault) -> None:
        """In the small room all pages are loaded again in a hurry, then left for longer: a server may find nobody there in between."""
        for seconds in (HURRY_SECONDS, fault.seconds):
            for follower in self.connected():
                if follower.number == SMALL_ROOM:
                    follower.leave_page(seconds)
            await asyncio.sleep((2 + fault.pick) * HURRY_SECONDS)

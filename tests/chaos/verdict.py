"""What must be true when all is quiet again."""

import asyncio
from itertools import pairwise
from typing import Any

from tests.chaos.crowd import Crowd
from tests.chaos.follower import Follower
from tests.chaos.ledger import Departure, Ledger
from tests.chaos.state import RoomState, Shape, Snapshot
from tests.chaos.web import GoneError, Web

REVOKED_SECONDS = 1.0  # promised while Redis is there
# What the promise does not cover: two cores carry two servers, a database and forty clients, and the news has to reach the
# client's own process. On top of it comes what that process itself is known to have stood still.
MARGIN_SECONDS = 1.0
# Whatever the layer loses is found in the next round over the sockets. The margin is for the round itself on a machine that is
# starting servers all the while.
LATE_MARGIN_SECONDS = 2.5


def judge_lateness(followers: list[Follower], ledger: Ledger, check_seconds: float) -> None:
    """Asked again and again during the run: nobody who has a socket and reads it waits for an event longer than the re-check time."""
    for follower in followers:
        now, greeted = ledger.now(), follower.greeted_at
        if follower.state is None or greeted is None or follower.was_stalled(now):
            continue
        number = max(follower.state.seq, follower.reached) + 1
        since = max(greeted, ledger.happened.get((follower.number, number), now))
        if now - since > check_seconds + LATE_MARGIN_SECONDS + ledger.lag_between(since, now):
            ledger.violation(f"{follower}: has waited {now - since:.1f} s for event {number} at {follower.url} with an open socket")
            follower.greeted_at = None  # said once for each socket


async def judge(crowd: Crowd, followers: list[Follower], web: Web, ledger: Ledger, check_seconds: float) -> list[str]:
    """Everything that is wrong, in a sentence each."""
    wrong = list(ledger.wrong)
    for number, room in enumerate(crowd.rooms):
        owner = crowd.members[number]
        journal = await web.journal(owner, room)
        wrong += judge_journal(number, journal, await web.snapshot(owner, room))
        wrong += judge_writes(number, journal, ledger)
    for follower in followers:
        wrong += judge_stream(follower)
    for found in await asyncio.gather(*(judge_screen(follower, web) for follower in followers)):
        wrong += found
    for departure in ledger.departures:
        follower = next(each for each in followers if (each.member.number, each.number) == (departure.member, departure.room))
        wrong += judge_departure(departure, follower, ledger, check_seconds)
    return wrong


def judge_journal(room: int, journal: list[Shape], fresh: Snapshot) -> list[str]:
    """Without gaps and ties, and told from the beginning it makes the room that the API shows."""
    if [event["seq"] for event in journal] != list(range(1, fresh.room["seq"] + 1)):
        return [f"room {room}: the journal's numbers are {[event['seq'] for event in journal]} and the room is at {fresh.room['seq']}"]
    empty = {**fresh.room, "seq": 0, "members": 0, "photos": 0, "description": ""}
    state = RoomState(Snapshot(empty, [], []))
    for event in journal:
        state.apply(event)
    me = next(member["user"]["id"] for member in fresh.members if member["role"] == "owner")
    return [f"room {room}: the journal tells another room than the API shows: {text}" for text in state.differences(fresh, me)]


def judge_writes(room: int, journal: list[Shape], ledger: Ledger) -> list[str]:
    lost = [write for write in ledger.writes if write.room == room and not any(tells(event, write.kind, write.data) for event in journal)]
    return [f"room {room}: answered with success, but not in the journal: {write.kind} {write.data}" for write in lost]


def tells(event: Shape, kind: str, data: dict[str, Any]) -> bool:
    return bool(event["kind"] == kind and data.items() <= event["data"].items())


def judge_stream(follower: Follower) -> list[str]:
    """Each event that was applied is the next one, unless a snapshot came in between (None, and then its number)."""
    return [
        f"{follower} applied {second} after {first}"
        for first, second in pairwise(follower.applied)
        if first is not None and second is not None and second != first + 1
    ]


async def judge_screen(follower: Follower, web: Web) -> list[str]:
    try:
        fresh = await web.snapshot(follower.member, follower.room)
    except GoneError:
        return [f"{follower} is no member, but still has the room on the screen"] if follower.state is not None else []
    if follower.state is None:
        return [f"{follower} is a member and has nothing on the screen"]
    return [f"{follower}: {text}" for text in follower.state.differences(fresh, follower.member.id)]


def judge_departure(departure: Departure, follower: Follower, ledger: Ledger, check_seconds: float) -> list[str]:
    """Whoever went hears nothing after the time allowed, and the socket they had open is closed by then."""
    answered, back = departure.answered, departure.asked_back or float("inf")
    if answered is None:
        return []
    which = "without Redis" if ledger.without_redis(departure.asked, answered + REVOKED_SECONDS) else "with Redis"
    allowed = REVOKED_SECONDS if which == "with Redis" else check_seconds
    end = answered + allowed + MARGIN_SECONDS
    deadline = end + ledger.lag_between(answered, end)
    wrong = []
    for heard in follower.heard:
        if deadline < heard.at < back and heard.type != "bye" and not heard.late:
            wrong.append(f"{departure}, {which}: heard {heard.type} {heard.at - answered:.2f} s later")
        # Even a reader that stalled must not find anything in its buffers that happened when its time was over.
        if heard.newest is not None and answered < heard.at < back and ledger.moment(heard.newest) > end:
            wrong.append(f"{departure}, {which}: heard of what happened {ledger.moment(heard.newest) - answered:.2f} s later")
    for opened, closed in follower.open_times:
        if opened < departure.asked < closed < back and not follower.was_stalled(closed):
            ledger.closing_delays[which].append(max(0.0, closed - answered))
            if closed > deadline:
                wrong.append(f"{departure}, {which}: the socket stayed open for {closed - answered:.2f} s")
    return wrong

"""What people will do and what will go wrong, drawn from the seed before anything starts.

The same seed and length give the same list. What a step then meets (which photos its person sees, whether a server answers)
depends on the moment, so a step names its target by a fraction: `pick` 0.5 is the middle one of those there are.
"""

from dataclasses import dataclass
from random import Random

MEMBERS = 40
ROOMS = 6  # the last one is for three people who stay members, and whose pages come and go together: a server often has nobody there
SMALL_ROOM = ROOMS - 1
STEPS_A_SECOND = 4.0
FIRST_PHOTOS = 2  # in each room, so that there is something to tend
FIRST_PHOTOS_SECONDS = (0.0, 1.0)
ROLES = ("owner", "moderator", "contributor", "viewer")
WEIGHTS = {"add": 26, "caption": 22, "delete": 10, "restore": 9, "join": 8, "remove": 4, "leave": 4, "return": 4, "rename": 6, "role": 7}
RETURN_SECONDS = (0.0, 2.5)  # soon enough that the news of the removal may still be on its way

# Each of these in turn, so that even the shortest run has all of them.
OUTAGES = ("server killed", "redis killed", "server stopped", "redis frozen")
OUTAGE_EVERY_SECONDS = 8.0
OUTAGE_SECONDS = {"redis frozen": (1.0, 12.0)}  # longer than everybody's patience together
USUAL_OUTAGE_SECONDS = (0.3, 4.0)
RESTART_SECONDS = 4.0  # about what a server needs to come back; people should still be at work then
NUISANCES = {"cut": 8, "stall": 6, "wake": 6, "leave page": 4}
NUISANCE_EVERY_SECONDS = 0.8
NUISANCE_SECONDS = {"stall": (1.0, 6.0), "leave page": (0.0, 4.0)}
COME_AND_GO_EVERY_SECONDS = 15.0  # in between, whoever was forgotten has the time to be missed
COME_AND_GO_SECONDS = (0.8, 2.4)


@dataclass(frozen=True)
class Step:
    """`who` does `what` in `room`, to `other` if it is done to a person."""

    at: float
    number: int
    what: str
    room: int
    who: int
    other: int | None
    role: str
    pick: float

    def __str__(self) -> str:
        whom = "" if self.other is None else f" member {self.other}"
        return f"{self.at:7.2f}  step {self.number}: member {self.who} {self.what}{whom} in room {self.room} ({self.role} {self.pick:.3f})"


@dataclass(frozen=True)
class Fault:
    """`pick` says which server, or which of the sockets."""

    at: float
    what: str
    seconds: float
    pick: float

    def __str__(self) -> str:
        return f"{self.at:7.2f}  fault: {self.what} for {self.seconds:.2f} s ({self.pick:.3f})"


@dataclass(frozen=True)
class Plan:
    """`rooms` is who is in which room at first, with which role."""

    seed: int
    seconds: float
    rooms: list[dict[int, str]]
    steps: list[Step]
    faults: list[Fault]

    def __str__(self) -> str:
        timeline: list[Step | Fault] = sorted([*self.steps, *self.faults], key=lambda entry: entry.at)
        return "\n".join([f"seed {self.seed}, {self.seconds:g} s", *map(str, timeline)])


def draw(seed: int, seconds: float) -> Plan:
    random = Random(seed)
    rooms = draw_rooms(random)
    faults = sorted(
        draw_outages(random, seconds) + draw_nuisances(random, seconds) + draw_comings(random, seconds), key=lambda fault: fault.at
    )
    return Plan(seed, seconds, [dict(room) for room in rooms], draw_steps(random, seconds, rooms), faults)


def draw_rooms(random: Random) -> list[dict[int, str]]:
    """Each room has an owner of its own, who stays; most people are in two rooms, and somebody is always outside."""
    rooms: list[dict[int, str]] = [{number: "owner"} for number in range(ROOMS)]
    rooms[SMALL_ROOM] |= {SMALL_ROOM + 1: "moderator", SMALL_ROOM + 2: "viewer"}
    for member in range(MEMBERS):
        for room in random.sample(range(SMALL_ROOM), random.choice((1, 2, 2, 3))):
            rooms[room].setdefault(member, random.choice(("moderator", "contributor", "contributor", "viewer")))
    return rooms


def draw_steps(random: Random, seconds: float, rooms: list[dict[int, str]]) -> list[Step]:
    steps = [
        Step(random.uniform(*FIRST_PHOTOS_SECONDS), number, "add", number % ROOMS, number % ROOMS, None, "owner", 0)
        for number in range(ROOMS * FIRST_PHOTOS)
    ]
    at = FIRST_PHOTOS_SECONDS[1]
    while (at := at + random.expovariate(STEPS_A_SECOND)) < seconds:
        what = random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        step = draw_step(random, at, what, rooms, len(steps))
        if step is None:
            continue
        steps.append(step)
        if what == "return" and step.other is not None:
            later = at + random.uniform(*RETURN_SECONDS)
            steps.append(Step(later, len(steps), "join", step.room, step.other, None, "contributor", 0))
    return steps


def draw_step(random: Random, at: float, what: str, rooms: list[dict[int, str]], number: int) -> Step | None:
    """One step that makes sense if all those before succeeded, and `rooms` as it is after it."""
    index = random.randrange(len(rooms))
    room = rooms[index]
    by_role = {role: sorted(member for member in room if room[member] == role) for role in ROLES}
    curators = by_role["owner"] + by_role["moderator"]
    uploaders = curators + by_role["contributor"]
    below = by_role["contributor"] + by_role["viewer"]
    others = by_role["moderator"] + below
    outside = [member for member in range(MEMBERS) if member not in room]
    doing = {"add": uploaders, "caption": uploaders, "join": outside, "leave": others, "rename": [index], "role": [index]}.get(
        what, curators
    )
    whom: dict[str, list[int]] = {"role": others, "remove": below, "return": below}
    settled = index == SMALL_ROOM and what in ("join", "leave", "remove", "return")
    if settled or not doing or not whom.get(what, doing):
        return None
    who = random.choice(doing)
    other = random.choice(whom[what]) if what in whom else None
    role = random.choice(("moderator", "contributor", "contributor", "viewer"))
    if what in ("leave", "remove"):
        del room[who if other is None else other]
    elif what in ("join", "role"):
        room[who if other is None else other] = role
    elif what == "return" and other is not None:
        room[other] = "contributor"
    return Step(at, number, "remove" if what == "return" else what, index, who, other, role, random.random())


def draw_outages(random: Random, seconds: float) -> list[Fault]:
    """Redis and servers take turns, so that one is often still away when the next one goes. So do the two servers."""
    count = max(len(OUTAGES), round(seconds / OUTAGE_EVERY_SECONDS))
    slot = max(1.0, seconds - RESTART_SECONDS) / count
    first = random.choice((0, 2))
    faults = []
    for number in range(count):
        what = OUTAGES[number % len(OUTAGES)]
        away = min(random.uniform(*OUTAGE_SECONDS.get(what, USUAL_OUTAGE_SECONDS)), seconds / 6)
        which = 0.25 if (number + number // len(OUTAGES) + first) % 4 < 2 else 0.75
        faults.append(Fault((number + random.random() * 0.8) * slot, what, away, which))
    return faults


def draw_nuisances(random: Random, seconds: float) -> list[Fault]:
    faults: list[Fault] = []
    at = 0.0
    while (at := at + random.expovariate(1 / NUISANCE_EVERY_SECONDS)) < seconds:
        what = random.choices(list(NUISANCES), list(NUISANCES.values()))[0]
        faults.append(Fault(at, what, min(random.uniform(*NUISANCE_SECONDS.get(what, (0, 0))), seconds / 6), random.random()))
    return faults


def draw_comings(random: Random, seconds: float) -> list[Fault]:
    """Also shortly before the end, when whoever was forgotten stays so."""
    moments = [seconds - max(COME_AND_GO_SECONDS)]
    while (at := moments[-1] - COME_AND_GO_EVERY_SECONDS) > 0:
        moments.append(at)
    return [Fault(at, "come and go", random.uniform(*COME_AND_GO_SECONDS), random.random()) for at in moments]

"""Forty members of five rooms. Half of them come with a browser's cookie, the others with a script's token."""

from dataclasses import dataclass

from rooms.actions import invites, members
from rooms.actions import rooms as actions
from rooms.models import Role
from tests.chaos.plan import MEMBERS
from tests.people import make_person


@dataclass(frozen=True)
class Member:
    number: int
    id: str
    token: str
    session: str | None

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def handshake(self, origin: str) -> dict[str, str]:
        return self.bearer if self.session is None else {"Cookie": f"salon_session={self.session}", "Origin": origin}


@dataclass(frozen=True)
class Crowd:
    members: list[Member]
    rooms: list[str]


def gather(rooms: list[dict[int, str]]) -> Crowd:
    """Make the people and rooms of a plan, through the real actions."""
    people = [make_person(None, f"Member{number}") for number in range(MEMBERS)]  # type: ignore[arg-type]  # none is running yet
    slugs = []
    for number, roles in enumerate(rooms):
        owner = actions.create(people[number].user, f"Room {number}")
        tokens = {str(role): invites.create(owner, role=role).token for role in Role if role != Role.OWNER}
        for member, role in roles.items():
            if role in tokens:
                members.join(people[member].user, tokens[role])
        slugs.append(owner.room.slug)
    everybody = [
        Member(number, str(person.user.id), person.token, person.session if number % 2 else None) for number, person in enumerate(people)
    ]
    return Crowd(everybody, slugs)

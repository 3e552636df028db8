import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.credential import Credential
from rooms.access import RIGHTS, Right
from rooms.live.line import Line
from rooms.models import Membership, Screen

BURST = 20  # client frames at once
FRAMES_PER_SECOND = 10


@dataclass(slots=True, eq=False)
class Seat:
    """One admitted socket in one room: of a member, or of a screen, which is nobody and has a role that may do nothing.

    One on a wall hears that there is something new and not what, and is not told of as somebody who is here.
    """

    room_id: uuid.UUID
    slug: str
    membership_id: uuid.UUID | None
    user_id: uuid.UUID | None
    name: str
    role: str
    credential: Credential
    line: Line
    doubts: int  # the hub's count when it was admitted
    screen_id: uuid.UUID | None = None
    on_wall: bool = False
    read: int = 0  # number of the newest event that the person has seen, as far as this socket was told
    looking: bool = True
    uploads: list[Mapping[str, Any]] = field(default_factory=list)
    uploads_at: float = 0.0
    over: bool = False  # it has left or was closed
    allowance: float = BURST
    spent_at: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, member: Membership, credential: Credential, line: Line, doubts: int) -> "Seat":
        user = member.user
        return cls(member.room_id, member.room.slug, member.id, user.id, user.name, member.role, credential, line, doubts)

    @classmethod
    def on_a_wall(cls, viewer: Membership | Screen, credential: Credential, line: Line, doubts: int) -> "Seat":
        if isinstance(viewer, Screen):
            room = viewer.room
            return cls(room.id, room.slug, None, None, "", "", credential, line, doubts, screen_id=viewer.id, on_wall=True)
        seat = cls.of(viewer, credential, line, doubts)
        seat.on_wall = True
        return seat

    def is_of(self, user: str) -> bool:
        """Whether it is this person's; by the id in hexadecimal."""
        return self.user_id is not None and self.user_id.hex == user

    @property
    def you(self) -> dict[str, str]:
        return {"id": str(self.user_id), "name": self.name, "role": self.role}

    def may_upload(self) -> bool:
        return Right.UPLOAD in RIGHTS[self.role]

    def spend(self) -> bool:
        """Take one client frame from the allowance; False when there is none left."""
        now = time.monotonic()
        self.allowance = min(BURST, self.allowance + (now - self.spent_at) * FRAMES_PER_SECOND)
        self.spent_at = now
        if self.allowance < 1:
            return False
        self.allowance -= 1
        return True

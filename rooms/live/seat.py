import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.credential import Credential
from rooms.access import RIGHTS, Right
from rooms.live.line import Line
from rooms.models import Membership

BURST = 20  # client frames at once
FRAMES_PER_SECOND = 10


@dataclass(slots=True, eq=False)
class Seat:
    """One admitted socket of one member in one room."""

    room_id: uuid.UUID
    slug: str
    membership_id: uuid.UUID
    user_id: uuid.UUID
    name: str
    role: str
    credential: Credential
    line: Line
    doubts: int  # the hub's count when it was admitted
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

"""Why the server closes a socket. The codes are in docs/protocol.md with what a client should do."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Closing:
    code: int
    reason: str


UNAVAILABLE = Closing(4503, "unavailable")
BAD_FRAME = Closing(4400, "bad_frame")
NOT_SIGNED_IN = Closing(4401, "not_signed_in")
MEMBERSHIP_ENDED = Closing(4403, "membership_ended")
NOT_FOUND = Closing(4404, "not_found")
TOO_SLOW = Closing(4408, "too_slow")
TOO_MANY = Closing(4429, "too_many")

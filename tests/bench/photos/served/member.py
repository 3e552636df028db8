"""What a program of one of the room's members needs."""

import http.client
from dataclasses import dataclass

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

HOST = "127.0.0.1"
PATIENCE_SECONDS = 120  # a thousand photos may stand before one's own


@dataclass(frozen=True)
class Member:
    port: int
    room: str
    token: str
    session: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def cookie(self) -> dict[str, str]:
        return {"Cookie": f"salon_session={self.session}"}

    def line(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE_SECONDS)

    def socket(self) -> ClientConnection:
        address = f"ws://{HOST}:{self.port}/ws/rooms/{self.room}"
        return connect(address, additional_headers=self.bearer, subprotocols=[Subprotocol("salon.v1")], open_timeout=20)

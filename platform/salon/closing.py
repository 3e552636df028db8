"""The end of listening."""

from typing import Any

from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

BACKLOG = 1024  # more than wait for us


def close_at_once(port: Any) -> None:
    """Take in everybody who is connected, and listen no more.

    Twisted's own way takes in as many as came together the last time, and closes a turn of its loop later. Whoever connects and is not
    accepted by then is hung up on, and a proxy may not send what it has sent already to somebody else.
    """
    port.stopReading()
    port.numberAccepts = BACKLOG
    port.doRead()
    port.connectionLost(Failure(ConnectionDone()))  # type: ignore[no-untyped-call]

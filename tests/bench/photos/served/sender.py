"""Sends photos as the browser does: tus, in pieces of 5 MiB, three files at a time."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.bench.photos.served.member import Member

PIECE = 5 * 1024 * 1024
AT_A_TIME = 3
TUS = {"Tus-Resumable": "1.0.0"}


@dataclass
class Sent:
    """When each photo's last byte had left (`time.monotonic`), by the photo's identifier."""

    last_byte: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


class Sender:
    """One person's connection."""

    def __init__(self, member: Member) -> None:
        self.line = member.line()
        self.address = f"/api/v1/rooms/{member.room}/uploads"
        self.headers = TUS | member.bearer

    def send(self, photo: bytes) -> tuple[str, float]:
        """The photo's identifier, and when its last byte had left. Raises OSError when it is not taken."""
        begun, _ = self.ask("POST", self.address, {"Upload-Length": str(len(photo)), "Upload-Metadata": "filename cGhvdG8uanBn"})
        upload = begun.headers["Location"] if begun.status == 201 else ""
        answer, left = begun, 0.0
        for start in range(0, len(photo) if upload else 0, PIECE):
            said = {"Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
            answer, left = self.ask("PATCH", upload, said, photo[start : start + PIECE])
        if "Salon-Photo" not in answer.headers:
            raise OSError(f"an upload was answered with {answer.status}")
        return answer.headers["Salon-Photo"], left

    def ask(self, method: str, address: str, headers: dict[str, str], body: bytes = b"") -> tuple[http.client.HTTPResponse, float]:
        self.line.putrequest(method, address)
        for name, value in (self.headers | headers | {"Content-Length": str(len(body))}).items():
            self.line.putheader(name, value)
        self.line.endheaders()
        self.line.send(body)
        left = time.monotonic()
        answer = self.line.getresponse()
        answer.read()
        return answer, left

    def close(self) -> None:
        self.line.close()


def send_all(people: list[Member], photos: Iterator[bytes], more: Callable[[], bool], at_a_time: int = AT_A_TIME) -> Sent:
    """Everybody sends, so many files at a time, until there are no more photos or `more` says that it is enough."""
    sent, turn = Sent(), threading.Lock()

    def next_photo() -> bytes | None:
        with turn:
            return next(photos, None) if more() else None

    def work(member: Member) -> None:
        sender = Sender(member)
        try:
            while (photo := next_photo()) is not None:
                try:
                    identifier, left = sender.send(photo)
                    sent.last_byte[identifier] = left
                except (OSError, http.client.HTTPException) as error:
                    sent.failures.append(repr(error))
                    sender.close()
        finally:
            sender.close()

    threads = [threading.Thread(target=work, args=(member,)) for member in people for _ in range(at_a_time)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sent

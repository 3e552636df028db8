"""How the doctor comes to Salon: by the address people type, like a browser, through whatever stands in between."""

import http.client
import json
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from websockets import Origin
from websockets.sync.client import ClientConnection, connect

from salon.checkup import endpoints

SECONDS = 30
WORDS = 200  # of an answer that is no JSON, enough to recognise whose it is


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    content: bytes
    pause: float  # seconds between the first bytes of the content and the last

    def json(self) -> dict[str, Any]:
        """Empty when it is none, which means that it does not come from Salon."""
        try:
            said = json.loads(self.content)
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}


@dataclass
class Visit:
    url: str  # scheme and host, and perhaps a port
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    token: str = field(default_factory=endpoints.token)

    @property
    def is_tls(self) -> bool:
        return self.url.startswith("https:")

    @property
    def netloc(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or (443 if self.is_tls else 80)

    def trust_anybody(self) -> None:
        """Go on with a certificate that was found to be wrong, to see what else is."""
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE

    def ask(self, path: str, *, length: int = 0, chunks: Iterable[bytes] = (), **headers: str) -> Answer:
        """GET, or with a length POST. Raises OSError or HTTPException."""
        sent = {endpoints.HEADER: self.token} | {name.replace("_", "-"): value for name, value in headers.items()}
        if length:
            sent |= {"Content-Length": str(length), "Content-Type": "application/octet-stream"}
        connection = self.connection()
        try:
            try:
                connection.request("POST" if length else "GET", path, body=chunks if length else None, headers=sent)
            except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                if not length:
                    raise  # else whoever takes no more of a large body has perhaps said why
            return read(connection.getresponse())
        finally:
            connection.close()

    def connection(self) -> http.client.HTTPConnection:
        if self.is_tls:
            return http.client.HTTPSConnection(self.host, self.port, timeout=SECONDS, context=self.context)
        return http.client.HTTPConnection(self.host, self.port, timeout=SECONDS)

    def socket(self) -> ClientConnection:
        """An open one, which sends no pings of its own. Raises InvalidStatus and others of websockets."""
        line: ClientConnection = connect(
            f"{self.url.replace('http', 'ws', 1)}/ws/doctor",
            additional_headers={endpoints.HEADER: self.token},
            origin=Origin(self.url),
            ssl=self.context if self.is_tls else None,
            ping_interval=None,
            open_timeout=SECONDS,
            proxy=None,
        )
        return line


def read(response: http.client.HTTPResponse) -> Answer:
    first = response.read1(1)
    began = time.monotonic()
    rest = response.read()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, first + rest, time.monotonic() - began)

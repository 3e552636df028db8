"""The tus protocol as a person's program speaks it."""

import base64
from pathlib import Path

import httpx

from rooms import files
from tests.people import Cast, Person

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = TUS | {"Content-Type": "application/offset+octet-stream"}


def encoded(**metadata: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items())


def begin(person: Person, cast: Cast, size: int, content: bytes | None = None, **metadata: str) -> httpx.Response:
    headers = (TUS if content is None else PIECE) | {"Upload-Length": str(size), "Upload-Metadata": encoded(**metadata)}
    return person.api.post(f"{cast.path}/uploads", headers=headers, content=content or b"")


def begun(person: Person, cast: Cast, size: int, **metadata: str) -> str:
    """The address of a new upload, as the person's client takes it."""
    answer = begin(person, cast, size, None, **metadata)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert "Upload-Expires" in answer.headers
    return answer.headers["Location"].removeprefix("/api/v1")


def patch(person: Person, address: str, offset: int, content: bytes, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return person.api.patch(address, headers=PIECE | {"Upload-Offset": str(offset)} | named, content=content)


def offset_of(person: Person, address: str) -> int:
    answer = person.api.head(address, headers=TUS)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return int(answer.headers["Upload-Offset"])


def partial_of(address: str) -> Path:
    return files.path("uploads") / address.rpartition("/")[2]


def problem_of_head(person: Person, address: str, status: int) -> None:
    answer = person.api.head(address, headers=TUS)
    assert answer.status_code == status
    assert "Upload-Offset" not in answer.headers

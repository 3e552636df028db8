"""What clients say over their sockets: every frame of the protocol is taken, and every other closes its own socket and no more."""

import json
import math
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.people import Cast, Person
from tests.services import wait_until
from tests.test_sockets import PATIENCE_SECONDS, events_until, frame, rename

LARGEST = 4096  # bytes of a client's frame
LARGEST_MESSAGE = 65_536  # beyond it, the server need not read the frame to its end
BURST = 20  # frames at once
EXAMPLES = 20

# The socket client's own thread draws its pings from `random`, now and then just while hypothesis draws a frame.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")

fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each example is a socket; a shrunk one says little more
)

# What the protocol allows.

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64)
UPLOAD = st.fixed_dictionaries(
    {"id": WORDS, "progress": st.floats(0, 1) | st.sampled_from([0, 1])},
    optional={
        "thumbhash": st.binary(max_size=28).map(lambda raw: b64encode(raw).decode()),
        "width": st.integers(1, 100_000),
        "height": st.integers(1, 100_000),
        "preview": st.booleans(),
    },
)
HERE = st.fixed_dictionaries({"type": st.just("here"), "looking": st.booleans()})
UPLOADS = st.fixed_dictionaries({"type": st.just("upload"), "uploads": st.lists(UPLOAD, max_size=20)})


def text_of(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def fits(text: str) -> bool:
    return len(text.encode()) <= LARGEST


VALID = (HERE | UPLOADS).map(text_of).filter(fits)

# What it does not: each of these differs from a valid frame in one thing.

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
NO_NUMBER = st.none() | st.booleans() | st.text(max_size=5) | st.lists(st.integers(), max_size=1)
WRONG_UPLOAD_FIELDS = (
    st.fixed_dictionaries({"id": st.integers() | st.none() | st.just("") | st.text(min_size=65, max_size=80)})
    | st.fixed_dictionaries(
        {"progress": NO_NUMBER | st.floats(min_value=1, exclude_min=True) | st.floats(max_value=0, exclude_max=True) | st.just(math.nan)}
    )
    | st.fixed_dictionaries(
        {"thumbhash": st.integers() | st.text("!§ \n", min_size=1, max_size=9) | st.text("A", min_size=65, max_size=80)}
    )
    | st.sampled_from(["width", "height"]).flatmap(
        lambda side: st.fixed_dictionaries(
            {side: st.integers(max_value=0) | st.integers(100_001) | st.floats(1.1, 1.9) | st.text(max_size=5)}
        )
    )
    | st.text(min_size=1, max_size=20)
    .filter(lambda key: key not in ("id", "progress", "thumbhash", "width", "height", "preview"))
    .map(lambda key: {key: 1})
)


def with_wrong_upload(parts: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    return {"type": "upload", "uploads": [parts[0] | parts[1]]}


def without(parts: tuple[dict[str, Any], int]) -> dict[str, Any]:
    value, index = parts
    return {key: value[key] for number, key in enumerate(value) if number != index % len(value)}


def is_frame(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") in ("here", "upload")


@dataclass
class Long:
    """A frame of this size, which a failing test shows without its padding."""

    start: str | bytes
    size: int

    @property
    def whole(self) -> str | bytes:
        return self.start.ljust(self.size)


BAD = (
    st.text(max_size=200).filter(lambda text: not text.lstrip().startswith("{"))
    | (ANYTHING.filter(lambda value: not is_frame(value)) | st.tuples(UPLOAD, WRONG_UPLOAD_FIELDS).map(with_wrong_upload)).map(text_of)
    | st.tuples(HERE | UPLOADS, st.integers(0, 1)).map(without).map(text_of)
    | st.tuples(HERE | UPLOADS, st.dictionaries(st.just("more"), ANYTHING, min_size=1)).map(lambda parts: text_of(parts[0] | parts[1]))
    | st.lists(UPLOAD, min_size=21, max_size=30).map(lambda uploads: text_of({"type": "upload", "uploads": uploads}))
    | st.builds(Long, HERE.map(text_of), st.integers(LARGEST + 1, LARGEST_MESSAGE))
    | st.builds(Long, st.text(max_size=9), st.integers(LARGEST + 1, LARGEST_MESSAGE // 4))
    | st.binary(max_size=300)
)
TOO_BIG = st.builds(Long, st.text(max_size=9) | st.binary(max_size=9), st.integers(LARGEST_MESSAGE + 1, 4 * LARGEST_MESSAGE))


@dataclass
class Watch:
    """Another member of the room, who must not notice anything, and what the server wrote until now."""

    cast: Cast
    socket: ClientConnection
    wrote: int

    def is_undisturbed(self) -> None:
        seq = rename(self.cast, f"Undisturbed {uuid4().hex}")
        assert events_until(self.socket, seq)[-1]["seq"] == seq
        assert "Traceback" not in self.lines()

    def lines(self) -> str:
        return "".join(self.cast.olive.server.lines[self.wrote :])

    def closings_of(self, person: Person) -> list[str]:
        names = (str(person.user.id), person.user.id.hex)
        return [line for line in self.lines().splitlines() if any(name in line for name in names)]


@pytest.fixture
def watch(cast: Cast) -> Iterator[Watch]:
    with cast.mo.socket(cast.slug) as socket:
        frame(socket)
        yield Watch(cast, socket, len(cast.olive.server.lines))


def say(socket: ClientConnection, *frames: str | bytes | Long) -> None:
    """The server may hang up before all is said."""
    with suppress(ConnectionClosed):
        for sent in frames:
            socket.send(sent.whole if isinstance(sent, Long) else sent)


def closing(socket: ClientConnection) -> tuple[int, str]:
    """The close code and, from the `bye` before it, the reason; the transport closes without one."""
    reason = ""
    with suppress(ConnectionClosed):
        while True:
            reason = frame(socket).get("reason", "")
    assert socket.close_code is not None
    return socket.close_code, reason


@fuzzed
@given(frames=st.lists(BAD, min_size=1, max_size=3))
@example(frames=['{"type":"upload","uploads":[{"id":"\\ud800","progress":0}]}'])  # half a surrogate pair cannot be told to anybody
@example(frames=[text_of({"type": "upload", "uploads": [{"id": "a", "progress": 10**400}]})])
@example(frames=["[" * 2000])
@example(frames=[Long('{"type":"here","looking":true}', LARGEST + 1), Long(b"", LARGEST_MESSAGE)])
@example(frames=[text_of({"type": "upload", "uploads": [{"id": "😀" * 64, "progress": 0.5}] * 16})])  # few letters, many bytes
def test_a_frame_outside_the_protocol_closes_its_own_socket_and_is_logged_once(
    watch: Watch, cast: Cast, frames: list[str | bytes | Long]
) -> None:
    before = len(watch.closings_of(cast.cleo))
    with cast.cleo.socket(cast.slug) as socket:
        frame(socket)
        say(socket, *frames)
        assert closing(socket) == (4400, "bad_frame")
    wait_until("it is logged", lambda: len(watch.closings_of(cast.cleo)) > before)
    watch.is_undisturbed()
    assert ["bad_frame" in line for line in watch.closings_of(cast.cleo)[before:]] == [True]


@fuzzed
@given(sent=TOO_BIG)
@example(sent=Long("", LARGEST_MESSAGE + 1))
def test_a_frame_too_big_to_be_read_closes_its_own_socket(watch: Watch, cast: Cast, sent: Long) -> None:
    with cast.cleo.socket(cast.slug) as socket:
        frame(socket)
        say(socket, sent)
        assert closing(socket) in ((4400, "bad_frame"), (1009, ""))
    watch.is_undisturbed()


@pytest.mark.skipif(os.environ.get("TESTS_SERVED_BY") == "uvicorn", reason="uvicorn closes it too, and writes a traceback")
def test_bytes_that_are_no_text_close_their_own_socket(watch: Watch, cast: Cast) -> None:
    with cast.cleo.socket(cast.slug) as socket:
        frame(socket)
        socket.send(b'{"type":"here","looking":\xff}', text=True)
        assert closing(socket) in ((4400, "bad_frame"), (1007, ""))
    watch.is_undisturbed()


@fuzzed
@given(frames=st.lists(VALID, min_size=1, max_size=BURST // 2))
@example(frames=[text_of({"type": "here", "looking": True}).ljust(LARGEST)])
@example(frames=[text_of({"type": "here", "looking": False})] * BURST)
@example(frames=[text_of({"type": "upload", "uploads": [{"id": "a", "progress": 0.5}] * 20})])
def test_frames_of_the_protocol_never_close_a_socket(watch: Watch, cast: Cast, frames: list[str]) -> None:
    with cast.cleo.socket(cast.slug) as socket, cast.vic.socket(cast.slug) as viewer:
        frame(socket), frame(viewer)
        for each in (socket, viewer):
            say(each, *frames)
        seq = rename(cast, "Still here")
        assert events_until(socket, seq)[-1]["seq"] == seq
        assert events_until(viewer, seq)[-1]["seq"] == seq
    watch.is_undisturbed()
    assert watch.closings_of(cast.cleo) == watch.closings_of(cast.vic) == []


def test_more_frames_than_anybody_needs_close_the_socket(watch: Watch, cast: Cast) -> None:
    with cast.vic.socket(cast.slug) as socket:
        frame(socket)
        say(socket, *[text_of({"type": "here", "looking": bool(number % 2)}) for number in range(10 * BURST)])
        assert closing(socket) == (4429, "too_many")
    watch.is_undisturbed()
    wait_until("it is logged", lambda: watch.closings_of(cast.vic) != [])
    watch.is_undisturbed()
    assert ["too_many" in line for line in watch.closings_of(cast.vic)] == [True]


def test_what_a_viewer_says_to_be_sending_is_shown_to_nobody_and_does_not_close_the_socket(watch: Watch, cast: Cast) -> None:
    with cast.vic.socket(cast.slug) as viewer, cast.cleo.socket(cast.slug) as contributor:
        frame(viewer), frame(contributor)
        say(viewer, text_of({"type": "upload", "uploads": [{"id": "from-a-viewer", "progress": 0.5}]}))
        say(contributor, text_of({"type": "upload", "uploads": [{"id": "from-a-contributor", "progress": 0.5}]}))
        shown = ""
        while "from-a-contributor" not in shown:
            shown += str(watch.socket.recv(timeout=PATIENCE_SECONDS))
        assert "from-a-viewer" not in shown
        seq = rename(cast, "Still here")
        assert events_until(viewer, seq)[-1]["seq"] == seq

"""Pictures that nginx serves by itself: to the same people as Salon would, and in the same words."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from typing import cast as typed
from uuid import uuid4

import httpx
import pytest
from django.conf import settings

from rooms import files
from rooms.actions import wall
from rooms.ingest.derive import EDGES
from rooms.models import Photo, PhotoState
from tests.nginx import Nginx, find_nginx, nginx_before
from tests.originals import sparse, stored
from tests.people import Cast, Person, anonymous
from tests.pictures import picture
from tests.relay import Relay, relay_to
from tests.server import Server
from tests.services import wait_until

pytestmark = pytest.mark.skipif(find_nginx() is None, reason="needs nginx")
BITES_WITHIN_SECONDS = 5
OWN_HEADERS = {
    "date",
    "server",
    "connection",
    "x-request-id",
    "etag",
    "vary",
    "content-language",
}  # that nginx and Salon may say differently
GATE = "/internal/media/"


@dataclass
class Door:
    nginx: Nginx
    relay: Relay


@pytest.fixture(scope="module")
def door(server: Server) -> Iterator[Door]:
    with relay_to(server.port or 0) as relay, nginx_before(f"127.0.0.1:{relay.port}", settings.ENV.data_dir) as nginx:
        yield Door(nginx, relay)


@pytest.fixture
def outside(cast: Cast, door: Door) -> Iterator[Cast]:
    """The cast, as they come through nginx."""
    through = Cast(cast.room, *(at_the_door(person, door) for person in cast))
    door.relay.asked.clear()
    yield through
    door.relay.delays.clear()
    for person in through:
        person.close()


def at_the_door(person: Person, door: Door) -> Person:
    return replace(person, server=typed("Any", door.nginx))


def hung(cast: Cast, **fields: Any) -> Photo:
    pictures = {name: picture("WEBP", size=(edge // 4, edge // 6)) for name, edge in EDGES.items()}
    return stored(cast.membership(cast.cleo), picture(), pictures=pictures, **fields)


def address_of(cast: Cast, photo: Photo, variant: str = "grid") -> str:
    return f"/media/{cast.slug}/{photo.id}/{variant}"


def test_once_salon_has_shown_a_picture_nginx_does_so_without_it(cast: Cast, outside: Cast, door: Door) -> None:
    photo = hung(cast)
    for variant in EDGES:
        address = address_of(cast, photo, variant)
        expected = cast.vic.browser.get(address).content
        for _ in range(3):
            assert outside.vic.browser.get(address).content == expected
        assert door.relay.count(address) == 1
    assert door.relay.count(GATE) <= 2


def test_an_answer_of_nginx_reads_like_one_of_salon(cast: Cast, outside: Cast, door: Door) -> None:
    address = address_of(cast, hung(cast))
    outside.vic.browser.get(address)
    ours, nginxs = cast.vic.browser.get(address), outside.vic.browser.get(address)
    assert door.relay.count(address) == 1
    assert said(nginxs) == said(ours)
    for headers in ({"Range": "bytes=5-9"}, {"Range": "bytes=-7"}, {"Range": "bytes=0-1,5-9"}, {"Range": "bytes=99999999-"}):
        ours, nginxs = (who.browser.get(address, headers=headers) for who in (cast.vic, outside.vic))
        assert (nginxs.status_code, nginxs.headers.get("Content-Range")) == (ours.status_code, ours.headers.get("Content-Range"))
        assert nginxs.content == ours.content or nginxs.status_code == 416
    known = outside.vic.browser.get(address, headers={"If-None-Match": nginxs.headers["ETag"]} if "ETag" in nginxs.headers else {})
    known = outside.vic.browser.get(address, headers={"If-None-Match": known.headers["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    head = outside.vic.browser.head(address)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(cast.vic.browser.get(address).content)))
    assert door.relay.count(address) == 1


def said(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in OWN_HEADERS}


def test_what_is_not_ours_to_see_answers_byte_for_byte_like_what_does_not_exist(cast: Cast, outside: Cast, door: Door) -> None:
    photo, gone = hung(cast), hung(cast)
    address = address_of(cast, photo)
    assert outside.vic.browser.get(address).status_code == 200
    cast.cleo.api.delete(f"{cast.path}/photos/{gone.id}")
    nowhere = address.replace(str(photo.id), str(uuid4()))
    with anonymous(typed("Any", door.nginx)) as nobody, anonymous(typed("Any", door.nginx)) as liar:
        liar.headers["Authorization"] = "Bearer salon_wrong"
        answers = [
            *(client.get(address) for client in (nobody, liar, outside.sam.browser, outside.rita.browser)),
            *(client.get(address.replace(cast.slug, "no-such-room")) for client in (nobody, outside.vic.browser)),
            *(client.get(nowhere) for client in (nobody, outside.sam.browser, outside.vic.browser)),
            *(outside.vic.browser.get(address_of(cast, gone, variant)) for variant in ("thumb", "view", "original")),
            *(outside.vic.browser.get(f"/media/{cast.slug}/{kind}/{uuid4()}") for kind in ("removed", "archives")),
            outside.vic.browser.get(f"/media/{cast.slug}/{photo.id}/nonsense"),
        ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert (
        len({tuple(sorted(pair for pair in answer.headers.items() if pair[0] not in ("date", "x-request-id"))) for answer in answers}) == 1
    )


@pytest.mark.parametrize("address", ["/internal/media/{slug}", "/access", "/internal/", "/media/../internal/media/{slug}"])
def test_nobody_reaches_the_gate_from_outside(outside: Cast, address: str) -> None:
    answer = outside.vic.browser.get(address.format(slug=outside.slug))
    assert answer.status_code == 404
    assert "X-Salon-Room" not in answer.headers


def test_a_bearer_token_opens_pictures_and_no_cookie_helps_a_wrong_one(outside: Cast, cast: Cast) -> None:
    address = address_of(cast, hung(cast))
    with anonymous(outside.vic.server) as script:
        for _ in range(2):
            assert script.get(address, headers={"Authorization": f"Bearer {cast.vic.token}"}).status_code == 200
    assert outside.vic.browser.get(address).status_code == 200
    assert outside.vic.browser.get(address, headers={"Authorization": "Bearer salon_wrong"}).status_code == 404


def test_a_second_cookie_of_the_same_name_borrows_no_answer(outside: Cast, cast: Cast) -> None:
    address = address_of(cast, hung(cast))
    both = f"salon_session={cast.sam.session}; salon_session={cast.vic.session}"
    with anonymous(outside.vic.server) as client:
        client.get(address, headers={"Cookie": both})
        assert client.get(address, headers={"Cookie": f"salon_session={cast.sam.session}"}).status_code == 404


def test_a_removed_member_sees_nothing_more_within_five_seconds_however_fast_they_ask(cast: Cast, outside: Cast, door: Door) -> None:
    address = address_of(cast, hung(cast))
    for _ in range(3):
        assert outside.vic.browser.get(address).status_code == 200
    asked = door.relay.count(GATE)
    cast.olive.api.delete(f"{cast.path}/members/{cast.vic.user.id}")
    removed = time.monotonic()
    answers = 0
    while outside.vic.browser.get(address).status_code == 200:
        answers += 1
        assert time.monotonic() - removed < BITES_WITHIN_SECONDS
    assert answers  # from what nginx remembered, or this showed nothing
    assert door.relay.count(GATE) > asked
    assert {outside.vic.browser.get(address).status_code for _ in range(20)} == {404}


def test_what_nginx_remembers_ends_even_if_salon_never_answers_again(cast: Cast, outside: Cast, door: Door) -> None:
    address = address_of(cast, hung(cast))
    for _ in range(3):
        assert outside.vic.browser.get(address).status_code == 200
    answered, door.relay.delays[GATE] = time.monotonic(), 60
    while True:
        began = time.monotonic()
        try:
            status = outside.vic.browser.get(address, timeout=0.5).status_code
        except httpx.TimeoutException:  # it waits for Salon instead
            break
        assert status == 200
        assert began - answered < BITES_WITHIN_SECONDS
    assert began - answered > 1


def test_when_the_answer_runs_out_one_request_renews_it_and_none_waits(cast: Cast, outside: Cast, door: Door) -> None:
    address = address_of(cast, hung(cast))
    outside.vic.browser.get(address)
    outside.vic.browser.get(address)
    asked, over = door.relay.count(GATE), threading.Event()
    door.relay.delays[GATE] = 0.4

    def ask() -> list[float]:
        times = []
        with httpx.Client(base_url=door.nginx.url, cookies={"salon_session": outside.vic.session}) as client:
            while not over.is_set():
                began = time.monotonic()
                assert client.get(address).status_code == 200
                times.append(time.monotonic() - began)
        return times

    with ThreadPoolExecutor(8) as pool:
        people = [pool.submit(ask) for _ in range(8)]
        wait_until("it ran out", lambda: door.relay.count(GATE) > asked)
        wait_until("it ran out again", lambda: door.relay.count(GATE) > asked + 1)
        over.set()
        times = [seconds for person in people for seconds in person.result()]
    assert door.relay.count(GATE) == asked + 2
    slow = [seconds for seconds in times if seconds > 0.3]
    assert len(slow) <= 2, slow  # the line whose request asked, with the next request on it: nginx ends one before it begins another
    assert len(times) > 100


def test_a_burst_of_first_requests_asks_once(cast: Cast, outside: Cast, door: Door) -> None:
    address = address_of(cast, hung(cast))
    outside.olive.browser.get(address)
    browser = outside.vic.browser
    door.relay.asked.clear()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: browser.get(address).status_code, range(16))) == {200}
    assert door.relay.count(GATE) == 1


def test_a_removed_photo_is_hidden_at_once_and_an_undo_shows_it_again(cast: Cast, outside: Cast, door: Door) -> None:
    photo = hung(cast)
    for variant in EDGES:
        assert [outside.vic.browser.get(address_of(cast, photo, variant)).status_code for _ in range(2)] == [200, 200]
    assert outside.cleo.api.delete(f"{cast.path}/photos/{photo.id}").status_code == 204
    for variant in EDGES:
        assert {who.browser.get(address_of(cast, photo, variant)).status_code for who in (outside.vic, outside.cleo)} == {404}
    assert outside.cleo.browser.get(f"/media/{cast.slug}/removed/{photo.id}").headers["Content-Type"] == "image/webp"
    assert outside.cleo.api.post(f"{cast.path}/photos/{photo.id}/restore").status_code == 200
    for variant in EDGES:
        assert [outside.vic.browser.get(address_of(cast, photo, variant)).status_code for _ in range(2)] == [200, 200]


def test_until_the_large_picture_is_there_its_address_shows_the_smaller_one(cast: Cast, outside: Cast) -> None:
    photo = stored(cast.membership(cast.cleo), picture(), state=PhotoState.FAILED, pictures={"grid": b"small", "thumb": b"tiny"})
    address = address_of(cast, photo, "view")
    assert [outside.vic.browser.get(address).content for _ in range(2)] == [b"small", b"small"]
    files.keep(files.name_of(photo, "view"), b"large")
    assert [outside.vic.browser.get(address).content for _ in range(2)] == [b"large", b"large"]


def test_a_deleted_room_shows_nothing_any_more(cast: Cast, outside: Cast) -> None:
    address = address_of(cast, hung(cast))
    assert outside.vic.browser.get(address).status_code == 200
    cast.olive.api.delete(cast.path)
    wait_until("it is hidden", lambda: outside.vic.browser.get(address).status_code == 404, BITES_WITHIN_SECONDS)


def test_an_original_flows_through_without_lying_down(cast: Cast, outside: Cast, door: Door) -> None:
    photo = sparse(cast.membership(cast.cleo), 100_000_000)
    address = f"/media/{cast.slug}/{photo.id}/original"
    part = outside.cleo.browser.get(address, headers={"Range": "bytes=90000000-90000099"})
    assert (part.status_code, len(part.content)) == (206, 100)
    temp = door.nginx.folder / "run" / "temp"
    with outside.cleo.browser.stream("GET", address) as answer:
        received = 0
        for piece in answer.iter_raw(1_000_000):
            received += len(piece)
            assert [path for path in temp.rglob("*") if path.is_file()] == []
    assert received == photo.size


def test_a_screen_sees_the_pictures_of_its_room_until_it_is_taken_down(cast: Cast, outside: Cast, door: Door) -> None:
    photo = hung(cast)
    address, mo = address_of(cast, photo), cast.membership(cast.mo)
    (screen, key), (_, other_key) = (wall.hang(mo, label) for label in ("Hall", "Kitchen"))
    with (
        httpx.Client(base_url=door.nginx.url, cookies={"salon_screen": key}) as hall,
        httpx.Client(base_url=door.nginx.url, cookies={"salon_screen": other_key}) as kitchen,
        httpx.Client(base_url=door.nginx.url, cookies={"salon_screen": "x" + key[1:]}) as liar,
    ):
        for _ in range(3):
            assert hall.get(address).status_code == kitchen.get(address).status_code == 200
        assert door.relay.count(address) == 1  # nginx did it by itself
        assert liar.get(address).status_code == 404  # the answer was kept for that one cookie
        assert hall.get(address_of(cast, photo, "original")).status_code == 404
        assert outside.cleo.browser.get(address_of(cast, photo, "original")).status_code == 200
        wall.take_down(mo, screen)
        down = time.monotonic()
        wait_until("the screen is dark", lambda: hall.get(address).status_code == 404)
        assert time.monotonic() - down < BITES_WITHIN_SECONDS
        assert kitchen.get(address).status_code == 200

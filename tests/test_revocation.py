"""Whoever may no longer listen is shut out at once, by a kick; that a lost kick is made up for is tested in `test_sockets.py`."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.people import Cast, Person, open_socket
from tests.test_presence import send, wait_for
from tests.test_sockets import closing, frame

CHECK_SECONDS = 15  # between two rounds of the server these tests speak to


@dataclass
class Ending:
    act: Callable[[Cast], object]
    said: tuple[int, str]
    by_cookie: bool = False


def post(person: Person, address: str, **fields: str) -> None:
    page = person.browser.get(address)
    assert page.status_code == 200
    answer = person.browser.post(address, data=fields | {"csrfmiddlewaretoken": person.browser.cookies["salon_csrf"]})
    assert answer.status_code == 302, answer.text


def deactivate(cast: Cast) -> None:
    cast.vic.user.is_active = False
    cast.vic.user.save()


ENDINGS = {
    "removed": Ending(lambda cast: cast.mo.api.delete(f"{cast.path}/members/{cast.vic.user.id}"), (4403, "membership_ended")),
    "left": Ending(lambda cast: cast.vic.api.delete(f"{cast.path}/members/{cast.vic.user.id}"), (4403, "membership_ended")),
    "room deleted": Ending(lambda cast: cast.olive.api.delete(cast.path), (4403, "membership_ended")),
    "tokens revoked": Ending(lambda cast: cast.vic.api.delete("/tokens"), (4401, "not_signed_in")),
    "signed out": Ending(lambda cast: post(cast.vic, "/accounts/logout/"), (4401, "not_signed_in"), by_cookie=True),
}


def expect_end(cast: Cast, ending: Ending) -> None:
    vic = cast.vic
    cookie = {"Cookie": f"salon_session={vic.session}", "Origin": vic.server.url}
    headers = cookie if ending.by_cookie else {"Authorization": f"Bearer {vic.token}"}
    with open_socket(vic.server, cast.slug, headers) as socket, cast.mo.socket(cast.slug) as other:
        frame(socket), frame(other)
        ending.act(cast)
        acted = time.monotonic()
        assert closing(socket) == ending.said
        # The promise is a second; on a busy machine the test only insists that it was not the next round that did it.
        assert time.monotonic() - acted < CHECK_SECONDS / 3
        if ending.act is not ENDINGS["room deleted"].act:
            assert other.protocol.close_rcvd is None


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
def test_the_socket_closes_at_once(cast: Cast, ending: Ending) -> None:
    expect_end(cast, ending)


def test_a_changed_password_ends_the_sessions_that_do_not_know_it(cast: Cast) -> None:
    old, new = "one sentence nobody guesses", "another sentence nobody guesses"
    cast.vic.user.set_password(old)
    cast.vic.user.save()

    def change(cast: Cast) -> None:
        post(cast.vic, "/accounts/password/change/", oldpassword=old, password1=new, password2=new)

    expect_end(cast, Ending(change, (4401, "not_signed_in"), by_cookie=True))


@pytest.mark.skipif(os.environ.get("TESTS_ON") != "postgres", reason="without Redis the kick stays in the process that sends it")
def test_a_deactivated_person_hears_nothing_more_anywhere(cast: Cast) -> None:
    expect_end(cast, Ending(deactivate, (4401, "not_signed_in")))


def test_media_and_api_close_with_the_socket(cast: Cast) -> None:
    cast.mo.api.delete(f"{cast.path}/members/{cast.vic.user.id}")
    assert cast.vic.api.get(cast.path).status_code == 404
    assert cast.vic.api.get(f"{cast.path}/events").status_code == 404


def test_a_new_role_counts_on_the_open_socket(cast: Cast) -> None:
    with cast.olive.socket(cast.slug) as olive, cast.vic.socket(cast.slug) as vic:
        frame(vic)
        cast.olive.api.patch(f"{cast.path}/members/{cast.vic.user.id}", json={"role": "contributor"})
        frame(vic)
        send(vic, type="upload", uploads=[{"id": "now allowed", "progress": 0.5}])
        assert wait_for(olive, "uploads", lambda received: bool(received["uploads"]))

"""From nothing to photos on another's screen, with one command and no edit."""

import httpx

from salon import __version__
from tests.browser.test_main_job import photographs, test_two_people_share_photos_live_and_a_stranger_gets_nothing
from tests.stack.conftest import FirstStart
from tests.stack.stack import WEBS, Stack

# The main job, as two people live it with one process; here through nginx, PostgreSQL, Redis, two `web` and one worker.
__all__ = ["photographs", "test_two_people_share_photos_live_and_a_stranger_gets_nothing"]

LASTING = {"db": 1, "redis": 1, "web": WEBS, "worker": 1, "nginx": 1}
ONE_SHOT = ("secrets", "migrate")


def test_everything_that_should_run_is_healthy_and_what_should_end_has_ended_well(stack: Stack) -> None:
    for service, number in LASTING.items():
        states = [container["State"] for container in stack.containers(service)]
        assert [state["Health"]["Status"] for state in states] == ["healthy"] * number, service
    for service in ONE_SHOT:
        (container,) = stack.containers(service)
        assert (container["State"]["Status"], container["State"]["ExitCode"]) == ("exited", 0), service


def test_a_fresh_stack_asks_for_the_token_it_printed_and_only_once(first_start: FirstStart | None) -> None:
    assert first_start is not None, "this stack was set up in a run before"
    assert first_start.front_page.headers["location"].endswith("/setup")
    assert first_start.wrong_token.status_code == 200
    assert "That is not the token" in first_start.wrong_token.text
    assert (first_start.right_token.status_code, first_start.right_token.headers["location"]) == (302, "/")
    assert first_start.late.status_code == 404


def test_both_webs_tell_the_version_that_this_is(stack: Stack) -> None:
    addresses = [network["IPAddress"] for web in stack.containers("web") for network in web["NetworkSettings"]["Networks"].values()]
    assert len(addresses) == 2 * WEBS  # each is on both networks
    ask = "import sys, urllib.request; [print(urllib.request.urlopen(f'http://{a}:8000/healthz').read().decode()) for a in sys.argv[1:]]"
    answers = stack.inside("web", "python", "-c", ask, *addresses).splitlines()
    assert len(answers) == 2 * WEBS
    for answer in [*answers, httpx.get(f"{stack.url}/healthz").text]:
        assert f'"version": "{__version__}"' in answer


def test_the_image_says_which_version_it_is(stack: Stack) -> None:
    (web, *_) = stack.containers("web")
    assert web["Config"]["Labels"]["org.opencontainers.image.version"] == __version__

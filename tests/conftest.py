from collections.abc import Iterator

import pytest

from tests.homes import empty_home, make_home, small_backup  # noqa: F401, fixtures
from tests.people import Cast, gather_cast, make_person
from tests.server import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One Salon for all tests, on the database and layer of this run. Nothing may make it write a traceback."""
    make_person(None, "First")  # type: ignore[arg-type]  # so that nobody is sent to the set-up page
    running = Server()
    yield running
    assert running.stop() == 0, running.output
    assert "Traceback" not in running.output, running.output


@pytest.fixture
def cast(server: Server) -> Iterator[Cast]:
    gathered = gather_cast(server)
    yield gathered
    for person in gathered:
        person.close()

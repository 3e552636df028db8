"""Decoding in child processes: whatever a file does to its decoder, Salon goes on, and nothing is left behind.

The children import this module to find their work, so it imports no Django at its top.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO

import pytest

from rooms.ingest import child, sandbox
from rooms.ingest.child import Limits
from rooms.ingest.sandbox import DecodeError
from tests.services import FOLDER, wait_until

if TYPE_CHECKING:
    from tests.people import Cast

pytestmark = pytest.mark.once

MEBIBYTE = 1024**2
ROOMY = Limits(seconds=20, memory=2048 * MEBIBYTE, pixels=100_000_000)
HASTY = Limits(seconds=1, memory=2048 * MEBIBYTE, pixels=100_000_000)
REPOSITORY = Path(__file__).resolve().parents[1]


def pid(file: BinaryIO) -> int:
    return os.getpid()


def parent_pid(file: BinaryIO) -> int:
    return os.getppid()


def niceness(file: BinaryIO) -> int:
    return os.nice(0)


def contents(file: BinaryIO) -> str:
    return file.read().decode()


def hang(file: BinaryIO) -> None:
    signal.pause()


def toil(file: BinaryIO) -> None:
    while True:
        pass


def shoot_itself(file: BinaryIO, *arguments: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def crash(file: BinaryIO) -> None:
    os.abort()


def swell(file: BinaryIO) -> int:
    return len(bytes(4096 * MEBIBYTE))


def names_in(folder: Path | str) -> int:
    return sum(1 for _ in Path(folder).iterdir())


def wait_for_others(file: BinaryIO, folder: str, how_many: int) -> int:
    (Path(folder) / str(os.getpid())).touch()
    wait_until("the others have started", lambda: names_in(folder) >= how_many)
    return os.getpid()


def children_of(parent: int) -> set[int]:
    """Its children and theirs, by Linux's own book."""
    found: set[int] = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just gone
        if int(words[1]) == parent:
            found |= {int(stat.parent.name)} | children_of(int(stat.parent.name))
    return found


def is_there(process: int) -> bool:
    """Running, or a zombie that nobody has collected. What the machine's init has yet to collect is not ours any more."""
    try:
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return words[0] != "Z" or words[1] != "1"


def at_rest() -> set[int]:
    """What stays between two pictures: the fork server and Python's resource tracker."""
    sandbox.run(pid, BytesIO(b"x"), limits=ROOMY)
    return children_of(os.getpid())


@pytest.mark.parametrize(("work", "reason"), [(hang, "work"), (toil, "work"), (shoot_itself, "machine"), (crash, "work"), (swell, "work")])
def test_a_child_that_hangs_toils_dies_or_swells_is_an_error_and_leaves_nothing(work: Callable[..., Any], reason: str) -> None:
    from django.conf import settings

    rest, files, handles = at_rest(), set(settings.FILE_UPLOAD_TEMP_DIR.iterdir()), names_in("/proc/self/fd")
    with pytest.raises(DecodeError) as caught:
        sandbox.run(work, BytesIO(b"x"), limits=HASTY)
    assert caught.value.reason == reason
    wait_until("the child has gone", lambda: children_of(os.getpid()) == rest)
    assert set(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == files
    assert names_in("/proc/self/fd") == handles
    assert {thread.name for thread in threading.enumerate() if isinstance(thread, threading.Timer)} == set()


def test_what_the_decoder_says_comes_back_and_a_result_too() -> None:
    with pytest.raises(DecodeError, match="damage: UnicodeDecodeError"):
        sandbox.run(contents, BytesIO(b"\xff"), limits=ROOMY)
    assert sandbox.run(contents, BytesIO(b"from memory"), limits=ROOMY) == "from memory"


def test_a_decode_gives_way_to_the_web_server() -> None:
    assert sandbox.run(niceness, BytesIO(b"x"), limits=ROOMY) == os.nice(0) + child.NICENESS
    assert child.NICENESS > 0


def test_a_file_on_disk_is_read_from_its_start_and_the_parent_s_place_in_it_stays() -> None:
    content = b"a line\n" * 5000  # more than a buffer
    with TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        assert file.read(7) == b"a line\n"
        assert sandbox.run(contents, file, limits=ROOMY) == content.decode()
        assert file.read() == content[7:]


def test_children_of_several_threads_run_side_by_side(tmp_path: Path) -> None:
    found: list[int] = []

    def one() -> None:
        found.append(sandbox.run(wait_for_others, BytesIO(b"x"), str(tmp_path), 4, limits=ROOMY))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(set(found)) == 4


def test_after_the_fork_server_was_killed_another_takes_its_place() -> None:
    first = sandbox.run(parent_pid, BytesIO(b"x"), limits=ROOMY)
    os.kill(first, signal.SIGKILL)
    wait_until("it is dead", lambda: Path(f"/proc/{first}/stat").read_text().rpartition(")")[2].split()[0] == "Z")
    assert sandbox.run(parent_pid, BytesIO(b"x"), limits=ROOMY) != first


PARENT = """
from io import BytesIO
from django.conf import settings
settings.configure(FILE_UPLOAD_TEMP_DIR=None)
from rooms.ingest import sandbox
from tests.test_sandbox import ROOMY, {work}
print("ready", flush=True)
sandbox.run({work}, BytesIO(b"x"), limits=ROOMY)
"""


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("work", [hang, toil])
def test_no_child_outlives_its_parent(work: Callable[..., Any], sign: signal.Signals) -> None:
    command = [sys.executable, "-c", PARENT.format(work=work.__name__)]
    # Killed, it cannot remove the folder of its fork server's socket; the tests' own folder goes when they end.
    path = {"PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'platform'}", "TMPDIR": str(FOLDER)}
    with subprocess.Popen(command, env=os.environ | path, cwd=REPOSITORY, stdout=subprocess.PIPE) as parent:
        # the resource tracker, the fork server and the server's child
        wait_until("the child is at work", lambda: len(children_of(parent.pid)) == 3)
        family = children_of(parent.pid)
        parent.send_signal(sign)
        parent.wait(10)
        wait_until("its children are gone", lambda: not any(is_there(member) for member in family), seconds=10)


def test_a_term_signal_to_the_whole_service_lets_the_child_finish(tmp_path: Path) -> None:
    found: list[int] = []
    work = threading.Thread(target=lambda: found.append(sandbox.run(wait_for_others, BytesIO(b"x"), str(tmp_path), 2, limits=ROOMY)))
    rest = at_rest()
    work.start()
    wait_until("the child is at work", lambda: names_in(tmp_path) == 1)
    for member in children_of(os.getpid()):
        if Path(f"/proc/{member}/cmdline").read_bytes().find(b"forkserver") >= 0:
            os.kill(member, signal.SIGTERM)
    (tmp_path / "go on").touch()
    work.join(30)
    assert found
    wait_until("only the server is left", lambda: children_of(os.getpid()) == rest)


def test_whoever_waits_too_long_for_a_decoder_hears_that_salon_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    from rooms.ingest import inspect
    from tests.pictures import picture

    monkeypatch.setattr(inspect, "PATIENCE_SECONDS", 0.05)
    with inspect.decoder(), inspect.decoder(), pytest.raises(inspect.BusyError) as caught:
        inspect.inspect(BytesIO(picture()), "a.jpg")
    assert (caught.value.status, caught.value.code) == (429, "too_many")
    assert inspect.inspect(BytesIO(picture()), "a.jpg").width == 600


def test_ten_large_pictures_leave_the_server_as_small_as_it_was() -> None:
    from PIL import Image

    from rooms.ingest.inspect import inspect

    buffer = BytesIO()
    Image.new("RGB", (10_000, 5_000), "green").save(buffer, "PNG", compress_level=1)
    inspect(BytesIO(buffer.getvalue()), "a.png")
    before = resident()
    for _ in range(10):
        assert inspect(BytesIO(buffer.getvalue()), "a.png").height == 5_000
    assert resident() - before < 20 * MEBIBYTE  # one of these pictures takes 200 when decoded


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_photo_whose_decoder_dies_again_and_again_is_failed_and_says_so(cast: "Cast", monkeypatch: pytest.MonkeyPatch) -> None:
    from rooms import files, tasks
    from rooms.models import PhotoState
    from tests.pictures import picture
    from tests.rows import made_up_photo

    photo = made_up_photo(cast.membership(cast.cleo), seq=1, state=PhotoState.DEVELOPING)
    photo.save(force_insert=True)
    files.keep(files.name_of(photo, "original"), picture())
    monkeypatch.setattr(tasks, "derive_as_text", shoot_itself)
    tasks.develop.func(str(photo.id), failures=len(tasks.WAITS))
    photo.refresh_from_db()
    assert (photo.state, photo.error) == (PhotoState.FAILED, tasks.TOO_MUCH)
    assert not files.exists(files.name_of(photo, "view"))

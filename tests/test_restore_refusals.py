"""What is not wholly a backup, or would do harm here, is refused, and nothing is touched."""

import json
import os
import random
import signal
import subprocess
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest

from salon.backup import making
from salon.backup.progress import Progress
from salon.backup.tarball import SUMS, DamagedError, Unpacker
from tests.homes import Home, MakeHome, repacked
from tests.server import fresh_server
from tests.test_serve import ANSWERS


def unpacked(data: bytes, folder: Path) -> dict[str, bytes]:
    unpacker = Unpacker(BytesIO(data), making.MANIFEST)
    unpacker.unpack(folder, Progress(1, lambda line: None))
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_wherever_a_bit_flips_it_is_noticed_unless_nothing_depends_on_it(small_backup: Path, tmp_path: Path) -> None:
    data = small_backup.read_bytes()
    whole = unpacked(data, tmp_path / "whole")
    chance = random.Random(16)
    noticed = 0
    for number in range(150):
        position = chance.randrange(len(data))
        flipped = data[:position] + bytes([data[position] ^ 1 << chance.randrange(8)]) + data[position + 1 :]
        try:
            assert unpacked(flipped, tmp_path / str(number)) == whole, f"byte {position} changed the outcome"
        except DamagedError:
            noticed += 1
    assert noticed > 75


def test_a_backup_that_ends_too_early_is_refused_and_nothing_is_touched(small_backup: Path, empty_home: Home, tmp_path: Path) -> None:
    data = small_backup.read_bytes()
    for end in (0, 700, len(data) // 2, data.rindex(SUMS.encode())):
        (tmp_path / "short.tar").write_bytes(data[:end])
        empty_home.refused("restore", str(tmp_path / "short.tar"))


def test_an_altered_photo_is_refused_and_nothing_is_touched(small_backup: Path, empty_home: Home, tmp_path: Path) -> None:
    data = bytearray(small_backup.read_bytes())
    with tarfile.open(small_backup) as tar:
        original = next(member for member in tar if "originals" in member.name)
    data[original.offset_data + original.size // 2] ^= 4
    altered = tmp_path / "altered.tar"
    altered.write_bytes(data)
    assert original.name in empty_home.refused("restore", str(altered))
    assert empty_home.manage("restore", "--check", str(altered)).returncode == 1
    assert empty_home.manage("restore", "--check", str(small_backup)).returncode == 0


def facts_changed(**facts: Callable[[Any], Any]) -> Callable[[str, bytes], bytes]:
    def change(name: str, content: bytes) -> bytes:
        if name != making.MANIFEST:
            return content
        known = json.loads(content)
        return json.dumps(known | {fact: value(known[fact]) for fact, value in facts.items()}).encode()

    return change


def test_a_backup_of_a_newer_salon_is_refused_and_nothing_is_touched(small_backup: Path, empty_home: Home) -> None:
    newer = repacked(small_backup, facts_changed(migrations=lambda known: [*known, ["rooms", "9999_teleport"]]))
    assert "newer Salon" in empty_home.refused("restore", str(newer))


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "media/../../outside", "media/originals/shell.php"])
def test_a_part_that_does_not_belong_into_a_backup_is_refused(small_backup: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(DamagedError, match="does not belong"):
        unpacked(repacked(small_backup, lambda name, content: content, **{name: b"x"}).read_bytes(), tmp_path / "unpacked")
    assert not (tmp_path / "outside").exists()


def test_a_backup_too_large_for_the_disk_is_refused(small_backup: Path, empty_home: Home) -> None:
    assert "of space" in empty_home.refused("restore", str(repacked(small_backup, facts_changed(bytes=lambda known: 10**18))))


def test_people_who_are_there_are_replaced_only_on_request(small_backup: Path, make_home: MakeHome) -> None:
    home = make_home()
    assert home.manage("adduser", "sam@example.org", "--password-stdin", stdin="a sentence that nobody guesses").returncode == 0
    assert "--replace" in home.refused("restore", str(small_backup))
    assert home.manage("restore", "--replace", str(small_backup)).returncode == 0
    assert home.manage("token", "sam@example.org").returncode == 1
    assert home.manage("token", ANSWERS["email"]).returncode == 0


def test_a_salon_that_runs_is_not_restored(small_backup: Path, make_home: MakeHome) -> None:
    home = make_home()
    with fresh_server(home.folder, DATABASE_URL=home.database):
        answer = home.manage("restore", str(small_backup))
        assert answer.returncode == 1
        assert "Nothing was changed." in answer.stderr or "Stop it first." in answer.stderr
        assert home.manage("token", ANSWERS["email"]).returncode == 1


@pytest.mark.skipif(os.environ.get("TESTS_ON") == "sqlite", reason="SQLite has no connections from elsewhere")
def test_a_database_that_others_use_is_not_restored(small_backup: Path, make_home: MakeHome) -> None:
    home = make_home()
    with psycopg.connect(home.database):
        assert "1 other connections" in home.refused("restore", str(small_backup))
    assert home.manage("restore", str(small_backup)).returncode == 0


def test_what_a_killed_backup_leaves_does_not_pass(make_home: MakeHome, empty_home: Home, small_backup: Path, tmp_path: Path) -> None:
    home = make_home()
    assert home.manage("restore", str(small_backup)).returncode == 0
    process = subprocess.Popen(**home.command("backup", "-"), stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    first = process.stdout.read(1000)
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read(100_000)  # what the pipe still held
    process.wait()
    process.stdout.close()
    process.stderr.close()
    (tmp_path / "killed.tar").write_bytes(first + rest)
    assert first
    empty_home.refused("restore", str(tmp_path / "killed.tar"))

"""A zip that can be read from any place: every part of it is the same part of the whole, and the whole is a zip to other readers."""

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.serving.contents import CHUNK, Checked, Literal
from rooms.serving.zip import Entry, Zip, local_header

pytestmark = pytest.mark.once
NOON = datetime(2024, 7, 14, 12, 0, tzinfo=UTC)
GIGABYTE = 1000**3

contents = st.lists(st.binary(max_size=200), max_size=12)
moments = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))]))


@dataclass(frozen=True)
class Zeros:
    """A file that is not there, of any size."""

    size: int
    identity: str = "zeros"
    crc32: int = 0

    def read(self, start: int, stop: int) -> Generator[bytes, None, None]:
        while start < stop:
            length = min(CHUNK, stop - start)
            yield bytes(length)
            start += length


class Reader(io.RawIOBase):
    """What can be read by ranges, as a file for Python's zipfile."""

    def __init__(self, size: int, read: Callable[[int, int], bytes]) -> None:
        self.size, self.part, self.place = size, read, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.place = offset + (0, self.place, self.size)[whence]
        return self.place

    def tell(self) -> int:
        return self.place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        stop = min(self.place + len(buffer), self.size)
        part = self.part(self.place, stop) if self.place < stop else b""
        buffer[: len(part)] = part
        self.place = stop
        return len(part)


def read_by_ranges(size: int, read: Callable[[int, int], bytes]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BufferedReader(Reader(size, read), 64 * 1024))


def zip_of(*contents: Checked, changed: datetime = NOON) -> Zip:
    return Zip([Entry(f"{number:05} a.jpg", content, changed) for number, content in enumerate(contents, 1)])


def whole(zip: Zip, start: int = 0, stop: int | None = None) -> bytes:
    return b"".join(zip.read(start, zip.size if stop is None else stop))


def opened(zip: Zip) -> zipfile.ZipFile:
    return read_by_ranges(zip.size, lambda start, stop: whole(zip, start, stop))


@given(contents=contents, changed=moments, cut=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_any_part_is_the_same_part_of_the_whole(contents: list[bytes], changed: datetime, cut: tuple[float, float]) -> None:
    zip = zip_of(*map(Literal, contents), changed=changed)
    everything = whole(zip)
    assert len(everything) == zip.size
    start, stop = sorted(round(place * zip.size) for place in cut)
    assert whole(zip, start, stop) == everything[start:stop]


@given(contents=contents, changed=moments)
def test_another_reader_finds_every_file_whole(contents: list[bytes], changed: datetime) -> None:
    with zipfile.ZipFile(io.BytesIO(whole(zip_of(*map(Literal, contents), changed=changed)))) as found:
        assert found.testzip() is None
        assert [found.read(name) for name in found.namelist()] == contents
        assert all(1980 <= info.date_time[0] <= 2107 and info.compress_type == zipfile.ZIP_STORED for info in found.infolist())


@given(contents=st.lists(st.binary(max_size=20), min_size=1, max_size=4), changed=moments)
def test_other_bytes_names_or_times_make_another_identity(contents: list[bytes], changed: datetime) -> None:
    zips = [
        zip_of(*map(Literal, contents), changed=NOON),
        zip_of(*map(Literal, contents), changed=NOON + timedelta(seconds=1)),
        zip_of(*map(Literal, contents[:-1])),
        zip_of(*map(Literal, [*contents[:-1], contents[-1] + b"!"])),
        Zip([Entry("other.jpg", Literal(content), NOON) for content in contents]),
    ]
    assert len({zip.identity for zip in zips}) == len(zips)
    assert zip_of(*map(Literal, contents)).identity == zips[0].identity


def test_the_time_of_day_is_that_of_the_place_and_the_instant_is_kept_beside_it(tmp_path: Path) -> None:
    changed = datetime(2024, 7, 14, 15, 30, 6, tzinfo=timezone(timedelta(hours=2)))
    content = whole(zip_of(Literal(b"x"), changed=changed))
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        assert found.infolist()[0].date_time == (2024, 7, 14, 15, 30, 6)
    if shutil.which("unzip") is None:
        pytest.skip("unzip, which reads the instant, is not installed")
    extract(content, tmp_path)
    assert (tmp_path / "00001 a.jpg").stat().st_mtime == changed.timestamp()


def extract(content: bytes, folder: Path) -> None:
    (folder / "a.zip").write_bytes(content)
    subprocess.run(["unzip", "-q", "a.zip"], cwd=folder, check=True)


@pytest.mark.skipif(shutil.which("unzip") is None, reason="unzip is not installed")
@pytest.mark.parametrize("count", [1, 300])
def test_unzip_finds_no_fault(tmp_path: Path, count: int) -> None:
    extract(whole(zip_of(*(Literal(bytes([number % 256]) * number) for number in range(count)))), tmp_path)
    tested = subprocess.run(["unzip", "-t", "a.zip"], cwd=tmp_path, capture_output=True, text=True)
    assert (tested.returncode, tested.stderr) == (0, ""), tested.stdout
    assert {path.name: path.stat().st_size for path in tmp_path.glob("*.jpg")} == {f"{n + 1:05} a.jpg": n for n in range(count)}
    assert (tmp_path / "00001 a.jpg").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("size", [2**32 - 2, 2**32 - 1, 2**32, 5 * GIGABYTE])
def test_files_and_places_beyond_four_gigabytes_are_found(size: int, tmp_path: Path) -> None:
    zip = zip_of(Zeros(size, crc32=7), Literal(b"small"), Zeros(size, crc32=8), Literal(b"last"))
    with opened(zip) as found:
        assert [info.file_size for info in found.infolist()] == [size, 5, size, 4]
        assert [info.CRC for info in found.infolist()][::2] == [7, 8]
        assert (found.read("00002 a.jpg"), found.read("00004 a.jpg")) == (b"small", b"last")
    if size != 2**32 - 1:  # unzip 6.0 takes this very number for "look in the Zip64 field" in that field, too
        check_with_unzip(zip, tmp_path / "a.zip", f"4 files, {2 * size + 9} bytes uncompressed")


@pytest.mark.parametrize("count", [65_534, 65_535])
def test_more_files_than_sixteen_bits_can_count_are_found(count: int, tmp_path: Path) -> None:
    zip = zip_of(*[Literal(b"x")] * count)
    with opened(zip) as found:
        assert len(found.namelist()) == count
        assert found.read(f"{count:05} a.jpg") == b"x"
    check_with_unzip(zip, tmp_path / "a.zip", f"{count} files, {count} bytes uncompressed")


def check_with_unzip(zip: Zip, path: Path, summary: str) -> None:
    """Its own look at the directory, in a file of holes where the contents would be."""
    if shutil.which("unzip") is None:
        pytest.skip("unzip, the second reader, is not installed")
    with path.open("wb") as file:
        for index, start in enumerate(zip.starts):
            head = len(local_header(zip.entries[index], 0)) if index < len(zip.entries) else zip.size - start
            file.seek(start)
            file.write(whole(zip, start, start + head))
    listed = subprocess.run(["unzip", "-Zt", str(path)], capture_output=True, text=True)
    assert (listed.returncode, listed.stderr) == (0, ""), listed.stdout
    assert summary in listed.stdout

"""A tar of parts whose last one, SHA256SUMS, names every other with its checksum: what was cut short or altered anywhere does not pass.

It is a plain tar: `tar -xf FILE && sha256sum -c SHA256SUMS` does by hand what `unpack` does here.
"""

import hashlib
import os
import re
import shutil
import tarfile
from io import BytesIO
from pathlib import Path
from typing import IO

from salon.backup.progress import Progress

SUMS = "SHA256SUMS"
CHUNK = 1024 * 1024
NAMES = re.compile(
    r"manifest\.json|rows\.jsonl|keys/(secret-key|setup-token)|media/(originals|derivatives)/[0-9a-f-]{36}/[0-9a-f-]{36}(\.[a-z]+\.webp)?"
)


class DamagedError(Exception):
    """This is no backup, or not all of one."""


class Hashing:
    """A file that knows the checksum of what was read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.sha256.update(data)
        return data


class Packer:
    """Writes a backup to a stream; parts in any order, and `finish` at the end."""

    def __init__(self, out: IO[bytes]) -> None:
        self.tar = tarfile.open(fileobj=out, mode="w|", bufsize=CHUNK)  # noqa: SIM115
        self.sums: list[str] = []

    def add(self, name: str, file: IO[bytes]) -> str:
        """Returns the checksum."""
        info = tarfile.TarInfo(name)
        info.mode = 0o600
        info.size = file.seek(0, 2)
        file.seek(0)
        hashing = Hashing(file)
        self.tar.addfile(info, hashing)
        sha256 = hashing.sha256.hexdigest()
        self.sums.append(f"{sha256}  {name}\n")
        return sha256

    def finish(self) -> None:
        self.add(SUMS, BytesIO("".join(self.sums).encode()))
        self.tar.close()


class Unpacker:
    """Reads a backup from a stream, once. `first` is wanted before the rest, so that what cannot be restored is not read to its end."""

    def __init__(self, source: IO[bytes], first: str) -> None:
        self.sums: set[str] = set()
        try:
            self.tar = tarfile.open(fileobj=source, mode="r|", bufsize=CHUNK)  # noqa: SIM115
            self.first = self.read(self.next(), first)
        except tarfile.TarError:
            raise DamagedError("This file is no backup of Salon's.") from None

    def read(self, info: tarfile.TarInfo | None, name: str) -> bytes:
        if info is None or info.name != name:
            raise DamagedError("This file is no backup of Salon's.")
        into = BytesIO()
        self.copy(info, into)
        return into.getvalue()

    def next(self) -> tarfile.TarInfo | None:
        return self.tar.next()

    def copy(self, info: tarfile.TarInfo, into: IO[bytes]) -> None:
        file = self.tar.extractfile(info)
        if file is None:
            raise DamagedError(f"{info.name} is no file.")
        hashing = Hashing(file)
        shutil.copyfileobj(hashing, into, CHUNK)
        self.sums.add(f"{hashing.sha256.hexdigest()}  {info.name}")

    def unpack(self, folder: Path | None, progress: Progress) -> None:
        """Put everything into the folder, if one is given. Raises DamagedError unless every part is there, whole, and nothing else."""
        try:
            while (info := self.next()) is not None and info.name != SUMS:
                if not NAMES.fullmatch(info.name):
                    raise DamagedError(f"{info.name!r} does not belong into a backup.")
                with opened(folder, info.name) as file:
                    self.copy(info, file)
                progress.add(info.size)
            if info is None:
                raise DamagedError("The end of this backup is missing.")
            given = self.tar.extractfile(info)
            lines = given.read().decode(errors="replace").splitlines() if given else []
        except (tarfile.TarError, FileExistsError) as error:
            raise DamagedError(f"This backup cannot be read to its end ({error}).") from None
        if len(lines) != len(self.sums) or set(lines) != self.sums:
            wrong = sorted(line[66:] for line in self.sums.symmetric_difference(lines))
            raise DamagedError(f"This backup was altered or damaged; the first part that is not as it was: {wrong[0]}.")


def opened(folder: Path | None, name: str) -> IO[bytes]:
    if folder is None:
        return Path(os.devnull).open("wb")
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    return place.open("xb")

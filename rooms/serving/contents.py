"""Bytes whose number is known before one of them is read, and which can be read from any place, a chunk at a time."""

import zlib
from base64 import b64decode
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import BinaryIO, Protocol, Self

from rooms import files

CHUNK = 256 * 1024
Bytes = Generator[bytes, None, None]
Piece = list[int] | str  # [start, stop] of the original, or new bytes in base64


class Part(Protocol):
    @property
    def size(self) -> int: ...

    def read(self, start: int, stop: int) -> Bytes:
        """These bytes. Raises OSError when they are not there any more; what came before that is right."""


class Content(Part, Protocol):
    @property
    def identity(self) -> str:
        """Another one for other bytes."""


class Checked(Content, Protocol):
    @property
    def crc32(self) -> int: ...


class TruncatedError(OSError):
    pass


@dataclass(frozen=True, slots=True)
class Literal:
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def identity(self) -> str:
        return sha256(self.content).hexdigest()

    @property
    def crc32(self) -> int:
        return zlib.crc32(self.content)

    def read(self, start: int, stop: int) -> Bytes:
        yield self.content[start:stop]


@dataclass(frozen=True, slots=True)
class WholeFile:
    """A file of the media folder. Its CRC is read when it is first asked for, and remembered."""

    name: str
    size: int
    changed: int  # nanoseconds

    @classmethod
    def at(cls, name: str) -> Self:
        """Raises FileNotFoundError."""
        status = files.path(name).stat()
        return cls(name, status.st_size, status.st_mtime_ns)

    @property
    def identity(self) -> str:
        return f"{self.name} {self.size} {self.changed}"

    @property
    def crc32(self) -> int:
        return crc32_of(self)

    def read(self, start: int, stop: int) -> Bytes:
        with files.read(self.name) as file:
            yield from FilePart(file, 0, self.size).read(start, stop)


@lru_cache(maxsize=50_000)  # as many as the largest archive holds; a resumed download asks for them again
def crc32_of(file: WholeFile) -> int:
    crc = 0
    for chunk in file.read(0, file.size):
        crc = zlib.crc32(chunk, crc)
    return crc


@dataclass(frozen=True, slots=True)
class FilePart:
    file: BinaryIO
    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first

    def read(self, start: int, stop: int) -> Bytes:
        self.file.seek(self.first + start)
        while start < stop:
            chunk = self.file.read(min(CHUNK, stop - start))
            if not chunk:
                raise TruncatedError(f"{self.file.name} ends too early")
            start += len(chunk)
            yield chunk


@dataclass(frozen=True, slots=True)
class Spliced:
    """An original under a policy: pieces of the file, and new bytes between them. Where it is short of a piece, it breaks off."""

    name: str
    policy: str
    size: int
    crc32: int
    pieces: Callable[[], list[Piece]]

    @property
    def identity(self) -> str:
        return f"{self.name} {self.policy} {self.size} {self.crc32}"

    def read(self, start: int, stop: int) -> Bytes:
        with files.read(self.name) as file:
            yield from cut((part_for(file, piece) for piece in self.pieces()), start, stop)


def part_for(file: BinaryIO, piece: Piece) -> Part:
    return Literal(b64decode(piece)) if isinstance(piece, str) else FilePart(file, *piece)


def cut(parts: Iterable[Part], start: int, stop: int) -> Bytes:
    """The bytes from `start` to `stop` of what these parts make together."""
    for part in parts:
        size = part.size
        first, last = max(start, 0), min(stop, size)
        if first < last:
            yield from part.read(first, last)
        start, stop = start - size, stop - size
        if stop <= 0:
            return
    if stop > 0:
        raise TruncatedError("the parts do not reach so far")

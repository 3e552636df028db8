"""Photos whose files and editions are made by hand, so that a test knows every byte of them."""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence

from rooms import files
from rooms.models import Edition, Membership, Originals, Photo, PhotoState
from tests.rows import made_up_photo

Piece = list[int] | str


def new(content: bytes) -> str:
    """A piece of new bytes."""
    return b64encode(content).decode()


def spliced(content: bytes, pieces: Sequence[Piece]) -> bytes:
    return b"".join(b64decode(piece) if isinstance(piece, str) else content[slice(*piece)] for piece in pieces)


def stored(
    member: Membership,
    content: bytes,
    editions: Mapping[Originals, Sequence[Piece]] = {},
    *,
    pictures: Mapping[str, bytes] = {},
    **fields: object,
) -> Photo:
    """A photo of this member with its original, its edition `as_is` and these, and these derivatives."""
    photo = saved(member, len(content), **fields)
    for policy, pieces in {Originals.AS_IS: [[0, len(content)]], **editions}.items():
        result = spliced(content, pieces)
        Edition.objects.create(photo=photo, policy=policy, size=len(result), crc32=zlib.crc32(result), pieces=pieces)
    files.keep(files.name_of(photo, "original"), content)
    for variant, picture in pictures.items():
        files.keep(files.name_of(photo, variant), picture)
    return photo


def sparse(member: Membership, size: int, crc32: int = 0, **fields: object) -> Photo:
    """A photo of so many zeros, which take no place on the disk. Nobody has summed them up."""
    photo = saved(member, size, **fields)
    Edition.objects.create(photo=photo, policy="as_is", size=size, crc32=crc32, pieces=[[0, size]])
    path = files.path(files.name_of(photo, "original"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)
    return photo


def saved(member: Membership, size: int, **fields: object) -> Photo:
    photo = made_up_photo(member, seq=1, size=size, **({"state": PhotoState.READY} | fields))
    photo.save(force_insert=True)
    return photo

"""Archives: a list of photos, laid out as a zip each time somebody reads from it. Nothing of it lies on the disk."""

import uuid
from collections.abc import Mapping
from functools import partial

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from accounts.models import User
from rooms import access, files
from rooms.models import Archive, Edition, Membership, Photo
from rooms.serving.answer import serve_content
from rooms.serving.captions import table_of
from rooms.serving.contents import Checked, Literal, Piece, Spliced, TruncatedError
from rooms.serving.originals import extension, moment_of, original_of, picture_of, stem
from rooms.serving.zip import Entry, Zip
from salon.auth import visitor
from salon.errors import ProblemError

ASKED_BY_NAME = 1000  # identifiers in one query; for more photos than that the room is read as a whole
FACTS = ("room", "uploader", "size", "format", "taken_at", "taken_zone", "added_at", "caption", "alt")  # of a photo, that are needed
AHEAD = 100  # editions whose pieces are in memory while they are sent
MISSING = "These photos could not be read on the server, so they are not in this archive:\r\n\r\n"

Outline = tuple[int, str, int, int]  # of an edition: key, policy, size, CRC


@require_safe
def serve_archive(request: HttpRequest, slug: str, archive_id: uuid.UUID) -> HttpResponseBase:
    try:
        member = access.room_for(visitor(request), slug)
        archive = access.archive_for(member, archive_id)
    except ProblemError:
        raise Http404 from None
    return serve_content(request, lay_out(member, archive), content_type="application/zip", download_name=name_of(archive))


def name_of(archive: Archive) -> str:
    return f"{slugify(archive.room.name)[:60] or 'salon'}-{archive.created_at:%Y%m%d}.zip"


def lay_out(member: Membership, archive: Archive) -> Zip:
    """The archive as it is now: what was removed since is not in it, and what is not on the disk is named in `missing.txt`."""
    photos = shown_photos(archive)
    outlines = outlines_of(member, archive, photos)
    pieces = PiecesAhead()
    digits = len(str(len(archive.photos)))
    entries: list[Entry] = []
    named: list[tuple[str, Photo]] = []
    missing: list[str] = []
    for number, photo_id in enumerate(archive.photos, 1):
        photo = photos.get(uuid.UUID(photo_id))
        if photo is None:
            continue
        name = f"{number:0{digits}} {stem(photo)}"
        try:
            content, suffix = best_of(member, photo, pieces.spliced(photo, outlines.get(photo.id)))
        except OSError:
            missing.append(f"{name}.{extension(photo)}\r\n")
            continue
        entries.append(Entry(f"{name}.{suffix}", content, moment_of(photo)))
        named.append((entries[-1].name, photo))
    texts = {"captions.csv": captions(named), "missing.txt": (MISSING + "".join(missing)).encode() if missing else b""}
    return Zip(entries + [Entry(name, Literal(text), archive.created_at) for name, text in texts.items() if text])


def best_of(member: Membership, photo: Photo, edition: Spliced | None) -> tuple[Checked, str]:
    """What this member may have of a photo, and the extension of its name. Raises OSError when it is not there."""
    original = original_of(photo, access.edition_policy(member, photo), edition)
    return (original, extension(photo)) if original else (picture_of(photo, "view", "grid"), "webp")


def captions(named: list[tuple[str, Photo]]) -> bytes:
    if not any(photo.caption or photo.alt for _, photo in named):
        return b""
    people = User.objects.filter(pk__in={photo.uploader_id for _, photo in named}).values_list("pk", "name")
    return table_of(named, dict(people))


def shown_photos(archive: Archive) -> dict[uuid.UUID, Photo]:
    found = Photo.objects.shown().filter(room=archive.room)
    if len(archive.photos) <= ASKED_BY_NAME:
        found = found.filter(pk__in=archive.photos)
    return {photo.id: photo for photo in found.only(*FACTS)}


def outlines_of(member: Membership, archive: Archive, photos: Mapping[uuid.UUID, Photo]) -> dict[uuid.UUID, Outline]:
    """Of each photo the edition this member may have, without its pieces: those of ten thousand photos might not fit in memory."""
    policies = {key: access.edition_policy(member, photo) for key, photo in photos.items()}
    found = Edition.objects.filter(photo__room=archive.room, photo__removed_at=None, policy__in=set(policies.values()))
    if len(archive.photos) <= ASKED_BY_NAME:
        found = found.filter(photo__in=archive.photos)
    rows = found.values_list("photo_id", "pk", "policy", "size", "crc32")
    return {key: (pk, policy, size, crc32) for key, pk, policy, size, crc32 in rows if policies.get(key) == policy}


class PiecesAhead:
    """The pieces of editions in the order in which they will be sent, read from the database some at a time."""

    def __init__(self) -> None:
        self.order: list[tuple[int, int]] = []  # key and CRC
        self.held: dict[int, list[Piece]] = {}

    def spliced(self, photo: Photo, outline: Outline | None) -> Spliced | None:
        if outline is None:
            return None
        pk, policy, size, crc32 = outline
        self.order.append((pk, crc32))
        return Spliced(files.name_of(photo, "original"), policy, size, crc32, partial(self.of, len(self.order) - 1))

    def of(self, place: int) -> list[Piece]:
        """Raises TruncatedError when the edition is no longer what was laid out."""
        pk = self.order[place][0]
        if pk not in self.held:
            self.held = self.read(dict(self.order[place : place + AHEAD]))
        if pk not in self.held:
            raise TruncatedError(f"edition {pk} has changed or gone")
        return self.held[pk]

    def read(self, expected: Mapping[int, int]) -> dict[int, list[Piece]]:
        try:
            rows = Edition.objects.filter(pk__in=expected).values_list("pk", "crc32", "pieces")
            return {pk: pieces for pk, crc32, pieces in rows if expected[pk] == crc32}
        finally:
            connection.close()  # a slow reader may take an hour until the next ones

"""What of an original goes out to whom, and under which name: one that tells when it was taken, and nothing of the device."""

from contextlib import suppress
from datetime import datetime, timedelta, timezone

from rooms import access, files
from rooms.ingest.formats import BY_NAME
from rooms.models import Edition, Membership, Originals, Photo
from rooms.serving.contents import Checked, Spliced, TruncatedError, WholeFile


def original_for(member: Membership, photo: Photo) -> Checked | None:
    """The edition this member may have, if there is one. Raises OSError when the file is not there, or not whole."""
    policy = access.edition_policy(member, photo)
    edition = Edition.objects.filter(photo=photo, policy=policy).first()
    if edition is None:
        return original_of(photo, policy, None)
    pieces = edition.pieces
    return original_of(photo, policy, Spliced(files.name_of(photo, "original"), policy, edition.size, edition.crc32, lambda: pieces))


def original_of(photo: Photo, policy: Originals, edition: Spliced | None) -> Checked | None:
    if edition is None and policy != Originals.AS_IS:
        return None
    whole = WholeFile.at(files.name_of(photo, "original"))
    if whole.size != photo.size:
        raise TruncatedError(f"{whole.name} has {whole.size} bytes instead of {photo.size}")
    return edition or whole


def picture_of(photo: Photo, *variants: str) -> WholeFile:
    """The first of these derivatives that is there. Raises FileNotFoundError."""
    *better, last = variants
    for variant in better:
        with suppress(FileNotFoundError):
            return WholeFile.at(files.name_of(photo, variant))
    return WholeFile.at(files.name_of(photo, last))


def extension(photo: Photo) -> str:
    return BY_NAME[photo.format].extensions[0]


def stem(photo: Photo) -> str:
    moment = moment_of(photo)
    return f"salon-{moment.year:04}{moment:%m%d-%H%M%S}"  # %Y would write the year 1 as 1


def moment_of(photo: Photo) -> datetime:
    """When it was taken, on the clock of that place as far as the camera says it; or else when it was added."""
    if photo.taken_at is None:
        return photo.added_at
    with suppress(OverflowError, ValueError):
        return photo.taken_at.astimezone(timezone(timedelta(minutes=photo.taken_zone or 0)))
    return photo.taken_at

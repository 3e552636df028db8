from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Count

from rooms import journal
from rooms.access import Right
from rooms.actions.change import change
from rooms.models import Comment, Kind, Membership, Photo, Reaction
from salon.errors import NotFoundError


@contextmanager
def talk(member: Membership, photo: Photo, kind: Kind, right: Right) -> Iterator[journal.Entry]:
    """A change to what is said about a photo, which the photo counts.

    The photo is read again under the room's lock: where it was removed a moment ago, NotFoundError.
    """
    with change(member, kind, right) as entry:
        reread(photo)
        yield entry
        count(photo, entry)
        entry.data |= {"photo": str(photo.id), "comments": photo.comments, "reactions": photo.reactions}


def reread(photo: Photo) -> None:
    try:
        photo.refresh_from_db(fields=["comments", "reactions", "talk_seq"], from_queryset=Photo.objects.shown())
    except Photo.DoesNotExist:
        raise NotFoundError from None


def count(photo: Photo, entry: journal.Entry) -> None:
    given = Reaction.objects.filter(photo=photo).values_list("emoji").annotate(number=Count("pk")).order_by("emoji")
    photo.reactions = dict(given)
    photo.comments = Comment.objects.filter(photo=photo, removed_at=None).count()
    photo.talk_seq = entry.seq
    photo.save(update_fields=["reactions", "comments", "talk_seq"])

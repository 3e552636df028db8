"""What members feel about photos: each emoji once from each of them."""

from rooms import journal
from rooms.access import Right
from rooms.actions.talk import talk
from rooms.models import Kind, Membership, Photo, Reaction
from salon.errors import InvalidError

MOST = 20  # of one person on one photo; every page of photos carries all their counts


def add(member: Membership, photo: Photo, emoji: str) -> Photo:
    """Give the photo this emoji. Who has given it already changes nothing."""
    with talk(member, photo, Kind.REACTION_ADDED, Right.TALK) as entry:
        mine = set(Reaction.objects.filter(photo=photo, user=member.user).values_list("emoji", flat=True))
        if emoji in mine:
            raise journal.UnchangedError
        if len(mine) >= MOST:
            raise InvalidError(f"You have given this photo {MOST} emoji already. Take one back first.", field="emoji")
        Reaction.objects.create(room=member.room, photo=photo, user=member.user, emoji=emoji, created_at=entry.at)
        entry.data = {"emoji": emoji}
    return photo


def remove(member: Membership, photo: Photo, emoji: str) -> Photo:
    """Take it back. Who has not given it changes nothing."""
    with talk(member, photo, Kind.REACTION_REMOVED, Right.VIEW) as entry:
        if not Reaction.objects.filter(photo=photo, user=member.user, emoji=emoji).delete()[0]:
            raise journal.UnchangedError
        entry.data = {"emoji": emoji}
    return photo

"""What members read of each other's comments and reactions, in a number of queries that does not grow with them."""

import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from rooms import access
from rooms.mentions import mentioned
from rooms.models import Comment, Membership, Photo, Reaction, Room
from rooms.shapes.photos import PhotoOut
from rooms.shapes.talk import CommentOut, CommentPage, ReactionOut, ReactionPage, TalkOut

PAGE = 100
LARGEST_PAGE = 200
Mine = dict[uuid.UUID, list[str]]


def photos_out(photos: Collection[Photo], member: Membership) -> list[PhotoOut]:
    """Photos as this member sees them, each with its talk."""
    mine = mine_of(member, [photo.id for photo in photos])
    return [PhotoOut.of(photo, member.room, TalkOut.of(photo, mine.get(photo.id, ()))) for photo in photos]


def photo_out(photo: Photo, member: Membership) -> PhotoOut:
    return photos_out([photo], member)[0]


def talk_out(photo: Photo, member: Membership) -> TalkOut:
    return TalkOut.of(photo, mine_of(member, [photo.id]).get(photo.id, ()))


def mine_of(member: Membership, photo_ids: Collection[uuid.UUID]) -> Mine:
    """What this member gave each of these photos, in the order in which it was given."""
    mine: Mine = {}
    given = Reaction.objects.filter(user=member.user_id, photo__in=photo_ids).order_by("pk")
    for photo_id, emoji in given.values_list("photo", "emoji") if photo_ids else ():
        mine.setdefault(photo_id, []).append(emoji)
    return mine


def shown(comments: QuerySet[Comment]) -> QuerySet[Comment]:
    """Those that are not removed, and removed ones that have answers to hold together."""
    answers = Comment.objects.filter(parent=OuterRef("pk"), removed_at=None)
    return comments.filter(Q(removed_at=None) | Exists(answers))


def comments_of(photo: Photo, after: uuid.UUID | None = None, limit: int = PAGE) -> CommentPage:
    """A page of what was said about a photo, the oldest first."""
    found = shown(Comment.objects.filter(photo=photo)).select_related("author").order_by("pk")
    comments = list((found.filter(pk__gt=after) if after else found)[: limit + 1])
    items = comments_out(comments[:limit], photo.room)
    return CommentPage(items=items, next=str(items[-1].id) if len(comments) > limit else None)


def comments_out(comments: Iterable[Comment], room: Room) -> list[CommentOut]:
    comments = list(comments)
    spoken_to = {user_id for comment in comments for user_id in mentioned(comment.text)}
    names = access.named(room, spoken_to)
    return [CommentOut.of(comment, names) for comment in comments]


def comment_out(comment: Comment, room: Room) -> CommentOut:
    return comments_out([comment], room)[0]


def comment_data(comment: Comment, room: Room) -> dict[str, Any]:
    """For the journal: the comment, and the removed one it answers, which is shown only as long as it has answers."""
    parent = comment.parent if comment.parent and comment.parent.removed_at else None
    told = {"comment": comment_out(comment, room), "parent": comment_out(parent, room) if parent else None}
    return {name: out and out.model_dump(mode="json") for name, out in told.items()}


def reactions_of(photo: Photo, after: int = 0, limit: int = PAGE) -> ReactionPage:
    """A page of who gave a photo what, in the order in which it was given."""
    found = Reaction.objects.filter(photo=photo, pk__gt=after).select_related("user").order_by("pk")
    reactions = list(found[: limit + 1])
    items = [ReactionOut.of(reaction) for reaction in reactions[:limit]]
    return ReactionPage(items=items, next=str(reactions[limit - 1].pk) if len(reactions) > limit else None)

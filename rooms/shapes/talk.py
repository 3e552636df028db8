import uuid
from collections.abc import Iterable, Mapping
from typing import Self

from ninja import Schema

from rooms.mentions import mentioned
from rooms.models import Comment, Photo, Reaction
from rooms.shapes.people import PersonOut
from salon.moments import Moment


class TalkOut(Schema):
    """What is said about a photo, in numbers; `mine` are the emoji that the person asking gave it."""

    seq: int
    comments: int
    reactions: dict[str, int]
    mine: list[str]

    @classmethod
    def of(cls, photo: Photo, mine: Iterable[str]) -> Self:
        return cls(seq=photo.talk_seq, comments=photo.comments, reactions=photo.reactions, mine=list(mine))


class CommentOut(Schema):
    """`mentions` names those members whose ids stand in the text. A removed one is a stub that holds its answers together."""

    id: uuid.UUID
    seq: int
    photo: uuid.UUID
    parent: uuid.UUID | None
    author: PersonOut | None
    text: str
    mentions: list[PersonOut]
    created_at: Moment
    edited_at: Moment | None
    removed: bool

    @classmethod
    def of(cls, comment: Comment, names: Mapping[uuid.UUID, str]) -> Self:
        removed = comment.removed_at is not None
        text = "" if removed else comment.text
        return cls(
            id=comment.id,
            seq=comment.seq,
            photo=comment.photo_id,
            parent=comment.parent_id,
            author=PersonOut.of(comment.author) if comment.author else None,
            text=text,
            mentions=[PersonOut(id=user_id, name=names[user_id]) for user_id in mentioned(text) if user_id in names],
            created_at=comment.created_at,
            edited_at=comment.edited_at,
            removed=removed,
        )


class CommentPage(Schema):
    items: list[CommentOut]
    next: str | None


class ReactionOut(Schema):
    emoji: str
    user: PersonOut
    at: Moment

    @classmethod
    def of(cls, reaction: Reaction) -> Self:
        return cls(emoji=reaction.emoji, user=PersonOut.of(reaction.user), at=reaction.created_at)


class ReactionPage(Schema):
    items: list[ReactionOut]
    next: str | None

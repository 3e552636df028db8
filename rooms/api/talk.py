"""Comments and reactions of a photo."""

import uuid
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import AfterValidator, StringConstraints

from rooms import talk
from rooms.access import Right, comment_for, photo_for, room_for
from rooms.actions import comments, reactions
from rooms.emoji import single_emoji
from rooms.shapes.talk import CommentOut, CommentPage, ReactionPage, TalkOut
from salon.auth import asker
from salon.fields import printable

router = Router(tags=["talk"])

PHOTO = "/rooms/{slug:room}/photos/{photo}"
COMMENT = PHOTO + "/comments/{comment}"
REACTION = PHOTO + "/reactions/{emoji}"
LARGEST_ID = 2**63 - 1  # what the column holds
Limit = Annotated[int, Query(ge=1, le=talk.LARGEST_PAGE)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(printable)]


class CommentIn(Schema):
    text: Words
    parent: uuid.UUID | None = None


class CommentEdit(Schema):
    text: Words


@router.get(PHOTO + "/comments", response=CommentPage)
def list_comments(
    request: HttpRequest, room: str, photo: uuid.UUID, after: uuid.UUID | None = None, limit: Limit = talk.PAGE
) -> CommentPage:
    """The oldest first."""
    return talk.comments_of(photo_for(room_for(asker(request), room), photo), after, limit)


@router.post(PHOTO + "/comments", response={201: CommentOut})
def add_comment(request: HttpRequest, room: str, photo: uuid.UUID, body: CommentIn) -> Status[CommentOut]:
    """Say something about a photo, or answer a comment. A mention is `@[<user id>]`."""
    member = room_for(asker(request), room, Right.TALK)
    comment = comments.add(member, photo_for(member, photo), body.text, body.parent)
    return Status(201, talk.comment_out(comment, member.room))


@router.patch(COMMENT, response=CommentOut)
def edit_comment(request: HttpRequest, room: str, photo: uuid.UUID, comment: uuid.UUID, body: CommentEdit) -> CommentOut:
    member = room_for(asker(request), room, Right.TALK)
    found = comment_for(member, photo_for(member, photo), comment)
    return talk.comment_out(comments.edit(member, found, body.text), member.room)


@router.delete(COMMENT, response={204: None})
def remove_comment(request: HttpRequest, room: str, photo: uuid.UUID, comment: uuid.UUID) -> Status[None]:
    member = room_for(asker(request), room)
    comments.remove(member, comment_for(member, photo_for(member, photo), comment))
    return Status(204, None)


@router.post(COMMENT + "/restore", response=CommentOut)
def restore_comment(request: HttpRequest, room: str, photo: uuid.UUID, comment: uuid.UUID) -> CommentOut:
    """Undo a removal."""
    member = room_for(asker(request), room)
    found = comment_for(member, photo_for(member, photo), comment, removed=True)
    return talk.comment_out(comments.restore(member, found), member.room)


@router.get(PHOTO + "/reactions", response=ReactionPage)
def list_reactions(
    request: HttpRequest,
    room: str,
    photo: uuid.UUID,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    limit: Limit = talk.PAGE,
) -> ReactionPage:
    """Who gave what, the oldest first."""
    return talk.reactions_of(photo_for(room_for(asker(request), room), photo), after, limit)


@router.put(REACTION, response=TalkOut)
def add_reaction(request: HttpRequest, room: str, photo: uuid.UUID, emoji: str) -> TalkOut:
    """Give the photo an emoji. A heart makes it a favourite of mine."""
    member = room_for(asker(request), room, Right.TALK)
    given = reactions.add(member, photo_for(member, photo), single_emoji(emoji))
    return talk.talk_out(given, member)


@router.delete(REACTION, response=TalkOut)
def remove_reaction(request: HttpRequest, room: str, photo: uuid.UUID, emoji: str) -> TalkOut:
    """Take an emoji back."""
    member = room_for(asker(request), room)
    given = reactions.remove(member, photo_for(member, photo), single_emoji(emoji))
    return talk.talk_out(given, member)

"""What members say about photos. A removed comment keeps its row for an undo, and longer where answers hang on it."""

import uuid

from rooms import access, journal
from rooms.access import Right
from rooms.actions.talk import talk
from rooms.models import Comment, Kind, Membership, Photo
from rooms.talk import comment_data, shown
from salon.errors import InvalidError, NotFoundError


def add(member: Membership, photo: Photo, text: str, parent_id: uuid.UUID | None = None) -> Comment:
    """Say something, or answer. Raises InvalidError for a parent that is not there."""
    with talk(member, photo, Kind.COMMENT_ADDED, Right.TALK) as entry:
        parent = thread_of(photo, parent_id) if parent_id else None
        comment = Comment(room=member.room, photo=photo, parent=parent, author=member.user, text=text, created_at=entry.at)
        save(comment, entry)
    return comment


def thread_of(photo: Photo, comment_id: uuid.UUID) -> Comment:
    """The comment that an answer to this one belongs under: itself, or what it answers."""
    found = shown(Comment.objects.filter(photo=photo)).select_related("author", "parent__author").filter(pk=comment_id).first()
    if found is None:
        raise InvalidError("The comment you answer is no longer there.", field="parent")
    return found.parent or found


def edit(member: Membership, comment: Comment, text: str) -> Comment:
    with talk(member, comment.photo, Kind.COMMENT_CHANGED, Right.TALK) as entry:
        if reread(comment).removed_at is not None:
            raise NotFoundError
        access.require_author(member, comment)
        if comment.text == text:
            raise journal.UnchangedError
        comment.text, comment.edited_at = text, entry.at
        save(comment, entry)
    return comment


def remove(member: Membership, comment: Comment) -> None:
    """Hide a comment from everybody at once. `restore` brings it back."""
    with talk(member, comment.photo, Kind.COMMENT_REMOVED, Right.VIEW) as entry:
        if reread(comment).removed_at is not None:
            raise journal.UnchangedError
        access.require_removing_comment(member, comment)
        comment.removed_at, comment.removed_by = entry.at, member.user
        save(comment, entry)


def restore(member: Membership, comment: Comment) -> Comment:
    """Undo a removal."""
    with talk(member, comment.photo, Kind.COMMENT_RESTORED, Right.VIEW) as entry:
        if reread(comment).removed_at is None:
            raise journal.UnchangedError
        access.require_restoring_comment(member, comment)
        if not comment.text:
            raise NotFoundError  # its days of grace are over
        comment.removed_at = comment.removed_by = None
        save(comment, entry)
    return comment


def reread(comment: Comment) -> Comment:
    """The comment as it is under the room's lock. Raises NotFoundError for one that is gone for good."""
    fields = ["text", "seq", "edited_at", "removed_at", "removed_by", "parent"]
    try:
        comment.refresh_from_db(fields=fields, from_queryset=Comment.objects.select_related("parent__author"))
    except Comment.DoesNotExist:
        raise NotFoundError from None
    return comment


def save(comment: Comment, entry: journal.Entry) -> None:
    comment.seq = entry.seq
    comment.save()
    entry.data = comment_data(comment, comment.room)

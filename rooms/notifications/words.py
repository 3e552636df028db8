"""A notification in one sentence, and where it leads."""

from uuid import UUID

from django.urls import reverse

from accounts.models import User
from rooms.mentions import MENTION, mentioned
from rooms.models import About, Notification

LONGEST_QUOTE = 140


def sentence(notification: Notification) -> str:
    who = notification.actor.name
    match notification.about:
        case About.PHOTOS:
            return f"{who} added a photo" if notification.count == 1 else f"{who} added {notification.count} photos"
        case About.MENTION:
            return f"{who} mentioned you: {quote(notification)}"
        case About.ANSWER:
            return f"{who} answered you: {quote(notification)}"
        case About.REACTION:
            return f"{who} reacted to your photo" if notification.count == 1 else f"{who} and others reacted to your photo"
    return f"{who} commented on your photo: {quote(notification)}"


def quote(notification: Notification) -> str:
    if notification.comment is None or notification.comment.removed_at or notification.photo.removed_at:
        return "…"
    text = " ".join(readable(notification.comment.text).split())
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1].rstrip() + "…"


def readable(text: str) -> str:
    """With names where the text mentions people."""
    people = {user.id: user.name for user in User.objects.filter(pk__in=mentioned(text))}
    return MENTION.sub(lambda found: "@" + people.get(UUID(found[1]), "…"), text)


def path(notification: Notification) -> str:
    """The room; in it the photo where it is one, and beside that what was said."""
    room = reverse("room", args=[notification.room.slug])
    if notification.about != About.PHOTOS:
        return f"{room}?photo={notification.photo_id}&talk"
    return f"{room}?photo={notification.photo_id}" if notification.count == 1 else room

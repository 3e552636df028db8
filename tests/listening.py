"""What a client knows of photos and of what is said about them, by the rules of docs/protocol.md."""

import uuid
from typing import Any

from rooms import talk
from rooms.models import Comment, Membership, Photo

State = dict[str, dict[str, Any]]
NOTHING_SAID: dict[str, Any] = {"seq": 0, "comments": 0, "reactions": {}, "mine": []}


def look(member: Membership, photo_id: str | None = None) -> State:
    """The photos, or one of them, with their talk and their comments, as they are now."""
    shown = Photo.objects.shown().filter(room=member.room).select_related("uploader", "room")
    photos = list(shown.filter(pk=uuid.UUID(photo_id)) if photo_id else shown)
    said = talk.shown(Comment.objects.filter(photo__in=photos)).select_related("author").order_by("pk")
    comments: State = {}
    for comment in talk.comments_out(said, member.room):
        comments.setdefault(str(comment.photo), {})[str(comment.id)] = comment.model_dump(mode="json")
    return {
        "photos": {str(out.id): out.model_dump(mode="json") for out in talk.photos_out(photos, member)},
        "comments": comments,
    }


def hear_of_photo(state: State, event: dict[str, Any], member: Membership) -> None:
    photo = event["data"]["id"]
    if event["kind"] == "photo.removed":
        state["photos"].pop(photo, None)
        state["comments"].pop(photo, None)
        return
    known = state["photos"].get(photo)
    if known is None and event["kind"] != "photo.added":  # it is back: what was said about it has to be asked
        now = look(member, photo)
        known = now["photos"].get(photo)
        state["comments"] |= now["comments"]
    assert event["data"]["talk"] is None
    state["photos"][photo] = event["data"] | {"talk": dict(known["talk"] if known else NOTHING_SAID)}


def hear_of_talk(state: State, event: dict[str, Any], member: Membership) -> None:
    data = event["data"]
    known, comments = state["photos"][data["photo"]]["talk"], state["comments"].setdefault(data["photo"], {})
    if event["seq"] > known["seq"]:
        known |= {"seq": event["seq"], "comments": data["comments"], "reactions": data["reactions"]}
        if "emoji" in data and event["actor"]["id"] == str(member.user_id):
            others = [emoji for emoji in known["mine"] if emoji != data["emoji"]]
            known["mine"] = [*others, data["emoji"]] if event["kind"] == "reaction.added" else others
    for comment in filter(None, (data.get("parent"), data.get("comment"))):
        if comment["seq"] >= comments.get(comment["id"], {"seq": 0})["seq"]:
            comments[comment["id"]] = comment


def shown_comments(state: State) -> State:
    """Without removed ones that have no answers to hold together."""
    shown = {photo: {one["id"]: one for one in said.values() if is_shown(one, said)} for photo, said in state["comments"].items()}
    return {photo: said for photo, said in shown.items() if said}


def is_shown(comment: dict[str, Any], said: dict[str, Any]) -> bool:
    return not comment["removed"] or any(other["parent"] == comment["id"] and not other["removed"] for other in said.values())

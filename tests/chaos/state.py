"""What one member's screen holds of one room, kept by the two rules of docs/protocol.md, "Merging"."""

from dataclasses import dataclass
from typing import Any

Shape = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """A fresh look: the room first, so that nothing else in it is older than the room's number."""

    room: Shape
    photos: list[Shape]
    members: list[Shape]


def counts(talk: Shape) -> Shape:
    return {"comments": talk["comments"], "reactions": talk["reactions"]}


NOBODY: Shape = {"comments": 0, "reactions": {}}  # has said anything of it


class RoomState:
    def __init__(self, snapshot: Snapshot) -> None:
        self.seq: int = snapshot.room["seq"]
        self.room = dict(snapshot.room)
        self.photos = {photo["id"]: photo | {"talk": None} for photo in snapshot.photos}
        self.talk = {photo["id"]: counts(photo["talk"]) for photo in snapshot.photos}
        self.members = {member["user"]["id"]: member for member in snapshot.members}
        self.removed: dict[str, int] = {}

    def apply(self, event: Shape) -> None:
        """The event that comes next."""
        if event["seq"] != self.seq + 1:
            raise AssertionError(f"event {event['seq']} was applied on top of {self.seq}")
        kind, data = event["kind"], event["data"]
        self.count(kind, data)
        if kind in ("photo.added", "photo.restored"):
            self.talk.setdefault(data["id"], NOBODY)  # of one that was removed before the snapshot a client has to ask; here nobody talks
        if kind.startswith(("comment.", "reaction.")):
            self.talk[data["photo"]] = counts(data)
        elif kind == "photo.removed":
            self.remove(data["id"], event["seq"])
        elif kind.startswith("photo."):
            self.merge(data)
        elif kind == "member.left":
            self.members.pop(data["id"], None)
        elif kind.startswith("member."):
            self.members[data["user"]["id"]] = data
        elif kind == "room.changed":
            self.room |= data
        self.seq = event["seq"]

    def merge(self, photo: Shape) -> None:
        """An answer brings along what was said of the photo, an event does not."""
        talk, photo = photo["talk"], photo | {"talk": None}
        if talk and photo["id"] not in self.talk:
            self.talk[photo["id"]] = counts(talk)
        known = self.photos.get(photo["id"])
        if (known is None or known["seq"] < photo["seq"]) and self.removed.get(photo["id"], 0) < photo["seq"]:
            self.photos[photo["id"]] = photo

    def remove(self, photo_id: str, seq: int) -> None:
        known = self.photos.get(photo_id)
        if known is None or known["seq"] <= seq:
            self.photos.pop(photo_id, None)
            self.removed[photo_id] = seq

    def count(self, kind: str, data: Shape) -> None:
        """The room's counts move with the events; failed photos are not counted."""
        if kind in ("member.joined", "member.left"):
            self.room["members"] += 1 if kind == "member.joined" else -1
        if kind in ("photo.added", "photo.failed"):
            self.room["photos"] += 1 if kind == "photo.added" else -1
        if kind == "photo.restored" and data["state"] != "failed":
            self.room["photos"] += 1
        if kind == "photo.removed" and self.photos.get(data["id"], {}).get("state") != "failed":
            self.room["photos"] -= 1

    def differences(self, fresh: Snapshot, me: str) -> list[str]:
        """What this screen shows otherwise than a fresh look. `cover` and `rights` are the server's to work out."""
        other = RoomState(fresh)
        own = self.members.get(me, {}).get("role")
        found = [
            f"{field}: {self.room[field]!r}, not {other.room[field]!r}"
            for field in ("id", "name", "description", "members", "photos")
            if self.room[field] != other.room[field]
        ]
        if self.seq != other.seq:
            found.append(f"seq: {self.seq}, not {other.seq}")
        if own != fresh.room["role"]:
            found.append(f"own role: {own}, not {fresh.room['role']}")
        self.talk = {key: talk for key, talk in self.talk.items() if key in self.photos}
        for what in ("photos", "members", "talk"):
            mine, theirs = getattr(self, what), getattr(other, what)
            found += [f"{what}: has {key} too many" for key in mine.keys() - theirs.keys()]
            found += [f"{what}: lacks {key}" for key in theirs.keys() - mine.keys()]
            found += [f"{what} {key}: {mine[key]}, not {theirs[key]}" for key in mine.keys() & theirs.keys() if mine[key] != theirs[key]]
        return found

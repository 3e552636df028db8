"""What a room is made of. Rules live in `access`, changes in `actions`."""

from rooms.models.archive import Archive
from rooms.models.comment import Comment
from rooms.models.edition import Edition
from rooms.models.event import Event, Kind
from rooms.models.invite import Invite
from rooms.models.membership import Level, Membership, Role
from rooms.models.notification import About, Attention, Device, Digest, Notification, Told
from rooms.models.photo import Photo, PhotoState
from rooms.models.reaction import HEART, Reaction
from rooms.models.removal import Removal
from rooms.models.report import Report
from rooms.models.room import Originals, Room
from rooms.models.screen import Screen
from rooms.models.upload import Upload
from rooms.models.worker import Worker

__all__ = [
    "HEART", "About", "Archive", "Attention", "Comment", "Device", "Digest", "Edition", "Event", "Invite", "Kind", "Level",
    "Membership", "Notification", "Originals", "Photo", "PhotoState", "Reaction", "Removal", "Report", "Role", "Room", "Screen",
    "Told", "Upload", "Worker",
]  # fmt: skip

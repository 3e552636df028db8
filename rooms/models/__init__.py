"""What a room is made of. Rules live in `access`, changes in `actions`."""

from rooms.models.event import Event, Kind
from rooms.models.invite import Invite
from rooms.models.membership import Membership, Role
from rooms.models.photo import Photo, PhotoState
from rooms.models.removal import Removal
from rooms.models.room import Room

__all__ = ["Event", "Invite", "Kind", "Membership", "Photo", "PhotoState", "Removal", "Role", "Room"]

"""The HTTP API of rooms: looks up through `access`, changes through `actions`, answers in `shapes`."""

from rooms.api import events, invites, members, photos, rooms

routers = [rooms.router, photos.router, events.router, members.router, invites.router]

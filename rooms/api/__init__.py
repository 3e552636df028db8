"""The HTTP API of rooms: looks up through `access`, changes through `actions`, answers in `shapes`."""

from rooms.api import archives, development, events, invites, members, photos, removed, rooms, uploads

routers = [
    rooms.router,
    photos.router,
    development.router,
    uploads.router,
    removed.router,
    events.router,
    members.router,
    invites.router,
    archives.router,
]

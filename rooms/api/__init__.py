"""The HTTP API of rooms: looks up through `access`, changes through `actions`, answers in `shapes`."""

from rooms.api import (
    archives,
    bulk,
    development,
    events,
    index,
    invites,
    members,
    notifications,
    photos,
    reading,
    removed,
    reports,
    rooms,
    talk,
    uploads,
    wall,
)

routers = [
    rooms.router,
    reading.router,
    index.router,  # before the photos, whose identifiers would match its names
    bulk.router,
    photos.router,
    development.router,
    uploads.router,
    removed.router,
    reports.router,
    events.router,
    members.router,
    invites.router,
    archives.router,
    wall.router,
    talk.router,
    notifications.router,
]

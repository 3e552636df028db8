from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.urls import path, re_path

from rooms.live.consumer import room_socket, wall_socket
from rooms.live.origin import OriginCheck

room = path("ws/rooms/<slug:slug>", room_socket)  # type: ignore[arg-type]
wall = path("ws/rooms/<slug:slug>/wall", wall_socket)  # type: ignore[arg-type]

# Without the last line every scanner that tries an address leaves a traceback in the log.
sockets = OriginCheck(URLRouter([room, wall, re_path("", WebsocketDenier())]))

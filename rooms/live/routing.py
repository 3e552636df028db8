from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.urls import path, re_path

from rooms.live.consumer import RoomConsumer
from rooms.live.origin import OriginCheck

# Without the last line every scanner that tries an address leaves a traceback in the log.
sockets = OriginCheck(URLRouter([path("ws/rooms/<slug:slug>", RoomConsumer.as_asgi()), re_path("", WebsocketDenier())]))

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from django.urls import path

from rooms.live.consumer import RoomConsumer
from rooms.live.origin import OriginCheck

sockets = OriginCheck(AuthMiddlewareStack(URLRouter([path("ws/rooms/<str:slug>", RoomConsumer.as_asgi())])))

"""The server of the Channels tutorial, part 3, and a process that sends to its groups.

Left out in its favour: sessions, sign-in and the check of the origin.
"""

import asyncio
import json
import os
import sys
from typing import Any

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

# The layer asks Redis to wait five seconds for a message, and so long redis-py waits for an answer: without the last setting an
# idle socket's consumer may fail before it has heard anything.
HOST = {"address": os.environ["BENCH_REDIS_URL"], "socket_timeout": None}
LAYER = {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [HOST], "prefix": "naive"}}

settings.configure(SECRET_KEY="not a secret", CHANNEL_LAYERS={"default": LAYER})
django.setup()


class ChatConsumer(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        self.room_group_name = f"chat_{self.scope['url_route']['kwargs']['room_name']}"
        await self.channel_layer.group_add(self.room_group_name, self.channel_name)
        await self.accept()

    async def disconnect(self, close_code: int) -> None:
        await self.channel_layer.group_discard(self.room_group_name, self.channel_name)

    async def chat_message(self, event: dict[str, Any]) -> None:
        message = event["message"]
        await self.send(text_data=json.dumps({"message": message}))


application = ProtocolTypeRouter({"websocket": URLRouter([path("ws/chat/<room_name>", ChatConsumer.as_asgi())])})


async def publish() -> None:
    """Send each line of the standard input, a room and an event, to the room's group."""
    layer = get_channel_layer()
    lines = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin.buffer)
    while line := await lines.readline():
        room, _, text = line.partition(b" ")
        await layer.group_send(f"chat_{room.decode()}", {"type": "chat.message", "message": json.loads(text)})


if __name__ == "__main__":
    asyncio.run(publish())

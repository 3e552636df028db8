"""`/ws/doctor`: says back what it is told, to whoever has the doctor's token. To everybody else it does not exist."""

from collections.abc import Awaitable, Callable
from typing import Any

from salon.checkup import endpoints

PATH = "/ws/doctor"
HEADER = endpoints.HEADER.lower().encode()
Application = Callable[[dict[str, Any], Any, Any], Awaitable[Any]]


def with_echo(application: Application) -> Application:
    def choose(scope: dict[str, Any], receive: Any, send: Any) -> Awaitable[Any]:
        is_doctor = scope["path"] == PATH and endpoints.is_ours(dict(scope["headers"]).get(HEADER, b"").decode("latin-1"))
        return (echo if is_doctor else application)(scope, receive, send)

    return choose


async def echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message.get("text") or ""})

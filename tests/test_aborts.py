"""Phones change their mind in mid-request all day. It must cost nothing but their own answer."""

import random
import re
import socket
import struct
from contextlib import suppress

from rooms.models import Photo
from tests.people import Cast
from tests.pictures import picture
from tests.server import Server
from tests.services import wait_until
from tests.tus import PIECE, begin, begun

HANG_UPS = 400
RESET = struct.pack("ii", 1, 0)  # linger for no time: the line is reset instead of closed


def hang_up(server: Server, request: str, seconds: float, *, reset: bool) -> None:
    """Ask, listen for so long, and go."""
    assert server.port is not None
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.settimeout(seconds or 0.0001)
        line.sendall(request.encode())
        with suppress(TimeoutError):
            line.recv(1)
        if reset:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def test_hundreds_who_hang_up_take_nothing_away_from_the_others(cast: Cast) -> None:
    server, chance = cast.cleo.server, random.Random(11)
    content = picture("PNG", size=(900, 700))
    photo = begin(cast.cleo, cast, len(content), content).headers["Salon-Photo"]
    media = f"/media/{cast.slug}/{photo}"
    static = re.search(r'/static/[^"]+\.js', cast.cleo.browser.get("/").text)
    assert static is not None
    addresses = [
        static[0],
        f"{media}/original",
        f"{media}/grid",
        f"/api/v1{cast.path}",
        f"/api/v1{cast.path}/photos",
        f"/rooms/{cast.slug}",
    ]
    for _ in range(HANG_UPS):
        head = f"{chance.choice(['GET', 'HEAD'])} {chance.choice(addresses)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        request = f"{head}Authorization: Bearer {cast.cleo.token}\r\nCookie: salon_session={cast.cleo.session}\r\n\r\n"
        hang_up(server, request, chance.choice([0, 0.001, 0.003, 0.006, 0.01]), reset=chance.random() < 0.5)
    for _ in range(30):  # more than there are connections in the pool
        assert cast.cleo.api.get(cast.path).status_code == 200
    assert "unclosed" not in server.output
    assert "Traceback" not in server.output


def test_what_was_sent_to_the_end_counts_though_nobody_waits_for_the_answer(cast: Cast) -> None:
    content = picture(size=(60, 40))
    address = begun(cast.cleo, cast, len(content))
    server = cast.cleo.server
    headers = PIECE | {
        "Host": "127.0.0.1",
        "Authorization": f"Bearer {cast.cleo.token}",
        "Upload-Offset": "0",
        "Content-Length": str(len(content)),
    }
    head = f"PATCH /api/v1{address} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    assert server.port is not None
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(head.encode() + content)
    wait_until("the photo is there", lambda: Photo.objects.filter(room=cast.room).exists())

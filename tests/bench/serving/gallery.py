"""A Salon behind the stack's nginx, with a room of many photos, of which one has files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.bench.live import machine
from tests.bench.live.backing import Backing
from tests.nginx import Nginx
from tests.server import Server

THUMBNAIL_BYTES = 60_000
# The same file by the same nginx: without asking anybody, and with Salon asked for each request and sending it.
WITHOUT_A_CHECK = """
location /plain/ {
  alias data/media/shown/;
  default_type image/webp;
  types { }
  max_ranges 1;
  if_modified_since off;
  include headers.conf;
  add_header Cache-Control "private, no-cache";
  add_header Last-Modified "";
}
location /checked/ {
  rewrite ^/checked/(.*)$ /media/$1 break;
  include to-web.conf;
}
"""


@dataclass
class Gallery:
    url: str
    room: str
    member: str
    plain: str
    checked: str
    cookie: str
    pids: list[int]  # of nginx and web


@contextmanager
def opened(backing: Backing, cores: machine.Cores, photos: int) -> Iterator[Gallery]:
    """nginx and web on one core, all else on the other."""
    with machine.on(cores.load):
        backing.start()
    from django.conf import settings

    with machine.on(cores.server):
        server = Server("--no-worker")
        nginx = None
        try:
            nginx = Nginx(f"127.0.0.1:{server.port}", settings.ENV.data_dir, more=WITHOUT_A_CHECK)
            yield furnished(server, nginx, photos)
        finally:
            if nginx is not None:
                nginx.stop()
            server.stop()
    if "Traceback" in server.output:
        raise AssertionError("the server wrote a traceback:\n" + server.output.partition("Traceback")[2][:2000])


def furnished(server: Server, nginx: Nginx, photos: int) -> Gallery:
    from rooms.actions import rooms as actions
    from tests.originals import stored
    from tests.people import make_person
    from tests.rows import fill

    owner = make_person(server, "Owner")
    member = actions.create(owner.user, "Benchmark")
    fill(member, photos)
    thumbnail = os.urandom(THUMBNAIL_BYTES)  # no server looks into it
    photo = stored(member, b"an original", pictures={"thumb": thumbnail})
    path = f"{member.room.slug}/{photo.id}/thumb"
    return Gallery(
        url=nginx.url,
        room=member.room.slug,
        member=f"{nginx.url}/media/{path}",
        plain=f"{nginx.url}/plain/{member.room_id}/{photo.id}.thumb.webp",
        checked=f"{nginx.url}/checked/{path}",
        cookie=f"salon_session={owner.session}",
        pids=[nginx.process.pid, server.process.pid],
    )

"""nchan, the publish-and-subscribe module of nginx: C, and the fastest of the peers."""

import os
import shutil
import tempfile
from pathlib import Path

from tests.bench.live import event
from tests.bench.live.crowd import masked, read_until
from tests.bench.live.feed import Feed, connect
from tests.bench.live.peers.peer import Peer

MODULE = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
CONFIGURATION = """
load_module {module};
daemon off;
worker_processes 1;
worker_rlimit_nofile 16000;
pid {folder}/nginx.pid;
error_log {folder}/error.log error;
events {{ worker_connections 12000; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  nchan_shared_memory_size 128M;
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location /publish {{
      nchan_publisher websocket;
      nchan_channel_id room;
      nchan_message_buffer_length 1000;
      nchan_message_timeout 10s;
    }}
    location /subscribe {{
      nchan_subscriber websocket;
      nchan_channel_id room;
      nchan_subscriber_first_message newest;
    }}
  }}
}}
"""


class Nchan(Peer):
    name = "nchan"
    about = "nginx with nchan, one worker; events published on one WebSocket from the load's process"

    def missing(self) -> str | None:
        absent = [name for name, there in (("nginx", find_nginx()), ("libnginx-mod-nchan", MODULE.exists())) if not there]
        return f"{' and '.join(absent)} not installed" if absent else None

    def command(self) -> list[str]:
        self.folder = Path(tempfile.mkdtemp(prefix="salon-bench-nchan-"))
        self.folder.chmod(0o755)
        file = self.folder / "nginx.conf"
        file.write_text(CONFIGURATION.format(module=MODULE, folder=self.folder, port=self.port))
        return [find_nginx() or "nginx", "-p", str(self.folder), "-e", str(self.folder / "error.log"), "-c", str(file)]

    def stop(self) -> None:
        running = self.process is not None
        super().stop()
        if running:
            shutil.rmtree(self.folder, ignore_errors=True)

    def open_feed(self, rooms: int) -> Feed:
        connection = connect(self.port)
        connection.sendall(self.request("/publish"))
        read_until(connection, b"", b"\r\n\r\n")
        self.feed = Feed(connection, encode, rooms)
        return self.feed

    def handshake(self, index: int, room: int) -> bytes:
        return self.request("/subscribe")


def encode(room: int, number: int, stamp: int) -> bytes:
    return masked(0x1, event.text(number + 1, number, stamp))


def find_nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

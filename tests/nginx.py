"""A real nginx in front of Salon, with the files of deploy/nginx, on a free port of 127.0.0.1 and as somebody without rights."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.services import FOLDER, PATIENCE_SECONDS, answers, free_port, wait_until

CONFIG = Path(__file__).resolve().parents[1] / "deploy" / "nginx"
NOBODY = 65534


def find_nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class Nginx:
    """`more` is added to the locations that there are; `other` words are put into the place of some in nginx.conf."""

    def __init__(self, web: str, data: Path, *, more: str = "", other: Mapping[str, str] = {}, **environment: str) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="nginx-", dir=FOLDER))
        config = Path(shutil.copytree(CONFIG, self.folder / "config"))
        with (config / "static.conf").open("a") as file:
            file.write(more)
        main = config / "nginx.conf"
        for old, new in other.items():
            assert old in main.read_text()
            main.write_text(main.read_text().replace(old, new))
        self.log = self.folder / "log"
        settings = {
            "PATH": f"{os.environ['PATH']}:/usr/sbin",
            "SALON_NGINX_DIR": str(self.folder / "run"),
            "SALON_DATA_DIR": str(data),
            "SALON_WEB": web,
            "SALON_LISTEN": f"127.0.0.1:{self.port}",
        } | environment
        as_nobody: dict[str, Any] = {}
        self.log.touch()
        if os.getuid() == 0:
            for path in (self.folder, self.log):
                shutil.chown(path, NOBODY, NOBODY)
            as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([config / "start"], env=settings, stdout=log, stderr=log, **as_nobody)
        wait_until("nginx listens", lambda: answers(self.port) or self.process.poll() is not None)
        assert self.process.poll() is None, self.output

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return self.log.read_text()

    def requests(self) -> list[dict[str, Any]]:
        """What the access log says. Meant for after `stop`, which writes down the rest."""
        return [json.loads(line) for line in self.output.splitlines() if line.startswith("{")]

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_SECONDS)


@contextmanager
def nginx_before(web: str, data: Path, *, more: str = "", other: Mapping[str, str] = {}, **environment: str) -> Iterator[Nginx]:
    running = Nginx(web, data, more=more, other=other, **environment)
    try:
        yield running
    finally:
        running.stop()

"""Health checks of the Compose stack, one for each kind of process. They load no Django, because they run all day."""

import os
import socket
import sys
from pathlib import Path
from urllib.request import urlopen

import psycopg

PATIENCE_SECONDS = 4
HEARD_OF = "SELECT 1 FROM rooms_worker WHERE starts_with(id, %s) AND seen_at > now() - interval '30 seconds'"


def web() -> bool:
    """It answers, and so does its database; anything else raises."""
    with urlopen(f"http://127.0.0.1:{os.environ.get('SALON_PORT', '8000')}/readyz", timeout=PATIENCE_SECONDS) as answer:
        return bool(answer.status == 200)


def worker() -> bool:
    """The worker of this container said a short while ago that it lives."""
    address = Path(os.environ["DATABASE_URL_FILE"]).read_text()
    with psycopg.connect(address, connect_timeout=PATIENCE_SECONDS) as connection:
        return connection.execute(HEARD_OF, [f"{socket.gethostname()[:40]}-"]).fetchone() is not None


if __name__ == "__main__":
    sys.exit(not {"web": web, "worker": worker}[sys.argv[1]]())

"""Imported once by the fork server, so that its children start with everything they need."""

import signal

from rooms.ingest import child, derive, look  # noqa: F401

# systemd and `kill 0` send SIGTERM to every process of the service. Salon still finishes the photo in its hand then, and needs
# its child for that; this process ends by itself when Salon has gone.
signal.signal(signal.SIGTERM, signal.SIG_IGN)

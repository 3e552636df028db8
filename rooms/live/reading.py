"""The way from a socket to the database: threads of their own, so that sockets do not queue up behind one another."""

from functools import partial

from channels.db import database_sync_to_async

in_thread = partial(database_sync_to_async, thread_sensitive=False)

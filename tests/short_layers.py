"""Salon's settings with a channel layer that forgets within a second, for `tests/test_layers.py`."""

import os

from salon.settings import *  # noqa: F403
from salon.settings import ENV

MEMORY = {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"expiry": 1, "group_expiry": 1, "capacity": 1}}
CORE = {
    "BACKEND": "channels_redis.core.RedisChannelLayer",
    "CONFIG": {"hosts": [ENV.redis_url], "expiry": 1, "group_expiry": 1, "capacity": 1, "prefix": "short"},
}
CHANNEL_LAYERS = {"default": {"memory": MEMORY, "core": CORE}[os.environ["TESTS_LAYER"]]}

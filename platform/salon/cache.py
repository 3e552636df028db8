"""A cache that may be away. It holds nothing but rate limits, and a Salon without them for a minute is better than none."""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from salon import outage

TIMEOUTS = {"socket_timeout": 1, "socket_connect_timeout": 1}


class ForgivingRedisCache(RedisCache):
    """Django's, except that a Redis that does not answer is the same as one that knows nothing."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self.attempt(super().get, key, default, version, otherwise=default)

    def add(self, *arguments: Any, **options: Any) -> bool:
        return bool(self.attempt(super().add, *arguments, otherwise=True, **options))

    def set(self, *arguments: Any, **options: Any) -> None:
        self.attempt(super().set, *arguments, **options)

    def delete(self, *arguments: Any, **options: Any) -> bool:
        return bool(self.attempt(super().delete, *arguments, otherwise=False, **options))

    def touch(self, *arguments: Any, **options: Any) -> bool:
        return bool(self.attempt(super().touch, *arguments, otherwise=False, **options))

    def attempt(self, ask: Callable[..., Any], *arguments: Any, otherwise: Any = None, **options: Any) -> Any:
        try:
            answer = ask(*arguments, **options)
        except RedisError as error:
            outage.cache.begin(error)
            return otherwise
        outage.cache.end()
        return answer

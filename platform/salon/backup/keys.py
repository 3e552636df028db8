"""The secrets that go along: without the first everybody would have to sign in again."""

import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from accounts.setup import TOKEN_FILE

SECRET_KEY = "secret-key"  # noqa: S105
PUSH_KEY = "push-key"  # without it every browser would have to be asked again


def place(name: str) -> Path:
    """Where Salon reads it from."""
    if name == SECRET_KEY and (given := os.environ.get("SALON_SECRET_KEY_FILE")):
        return Path(given)
    return Path(settings.ENV.data_dir) / name


def kept() -> Iterator[tuple[str, bytes]]:
    yield SECRET_KEY, settings.SECRET_KEY.encode()
    for name in (TOKEN_FILE, PUSH_KEY):
        if place(name).exists():
            yield name, place(name).read_bytes()


def put_back(name: str, content: bytes) -> bool:
    """False where the operator sets the secret in a way that is not ours to change."""
    if name == SECRET_KEY and (content.decode() == settings.SECRET_KEY or os.environ.get("SALON_SECRET_KEY")):
        return content.decode() == settings.SECRET_KEY
    draft = place(name).with_name(f".{name}.new")
    try:
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_bytes(content)
        draft.replace(place(name))
    except OSError:
        return False
    return True

"""Secrets that Salon makes for itself, once, and keeps in the data folder."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def token() -> str:
    return secrets.token_urlsafe(48)


def kept_secret(folder: Path, name: str, make: Callable[[], str] = token) -> str:
    """The secret in `folder/name`, made on first use. Processes that start together agree on one."""
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{name}.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(make())
        try:
            os.link(draft, path)  # fails where another process was first, so that nobody's secret is replaced
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()

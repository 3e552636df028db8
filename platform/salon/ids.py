"""Identifiers: UUIDv7 inside, short random letters in what people see."""

import secrets
import uuid

from uuid_utils import compat

LETTERS = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"  # none that look alike
SLUG_LENGTH = 12  # 57 letters to the 12th: 70 bits, and a room asks for membership anyway


def new_id() -> uuid.UUID:
    """UUIDv7: sorts by the time it was made."""
    return compat.uuid7()


def new_slug() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(SLUG_LENGTH))


def new_token() -> str:
    """128 random bits, as an invite carries them."""
    return secrets.token_urlsafe(16)

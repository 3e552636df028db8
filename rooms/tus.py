"""The headers of the tus protocol, version 1.0.0. https://tus.io/protocols/resumable-upload"""

import hashlib
import hmac
import re
from base64 import b64decode
from binascii import Error as Base64Error

from pydantic import TypeAdapter, ValidationError

from salon.errors import InvalidError, ProblemError
from salon.fields import Text

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
ALGORITHMS = ("sha1", "sha256")
PIECE_TYPE = "application/offset+octet-stream"
NAMES, WORDS = ("filename", "filetype"), ("caption", "alt")  # what Salon reads of the metadata
LONGEST_METADATA = 8192
LONGEST_NAME = 255
TEXT: TypeAdapter[str] = TypeAdapter(Text)


class BadHeaderError(ProblemError):
    """A tus header that cannot be read; `field` names it."""


def number(text: str | None, header: str) -> int:
    """A count of bytes. Raises BadHeaderError."""
    if text is None or not re.fullmatch(r"[0-9]{1,18}", text):
        raise BadHeaderError(f"{header} is missing or is not a number of bytes.", field=header)
    return int(text)


def said_in(metadata: str) -> dict[str, str]:
    """What Upload-Metadata says under the keys of NAMES and WORDS. Raises BadHeaderError, and InvalidError for words that do not fit."""
    if len(metadata) > LONGEST_METADATA:
        raise BadHeaderError("Upload-Metadata is too long.", field="Upload-Metadata")
    pairs = [pair.strip().partition(" ") for pair in metadata.split(",")]
    said = {key: decoded(value.strip()) for key, _, value in pairs if key in NAMES + WORDS}
    return {key: fitting(key, text) if key in WORDS else text[-LONGEST_NAME:] for key, text in said.items()}


def decoded(value: str) -> str:
    try:
        return b64decode(value, validate=True).decode()
    except (Base64Error, ValueError):
        raise BadHeaderError("A value of Upload-Metadata is not UTF-8 in base64.", field="Upload-Metadata") from None


def fitting(key: str, text: str) -> str:
    try:
        return TEXT.validate_python(text)
    except ValidationError:
        raise InvalidError(f"{key} is longer than 500 characters or holds control characters.", field=key) from None


class Checksum:
    """What `Upload-Checksum` promises of a piece. Raises BadHeaderError."""

    def __init__(self, header: str) -> None:
        algorithm, _, value = header.strip().partition(" ")
        if algorithm not in ALGORITHMS:
            raise BadHeaderError(f"Salon knows these checksums: {', '.join(ALGORITHMS)}.", field="Upload-Checksum")
        try:
            self.promised = b64decode(value.strip(), validate=True)
        except (Base64Error, ValueError):
            raise BadHeaderError("The checksum is not base64.", field="Upload-Checksum") from None
        self.sum = hashlib.new(algorithm, usedforsecurity=False)
        if len(self.promised) != self.sum.digest_size:
            raise BadHeaderError("The checksum is too short or too long.", field="Upload-Checksum")

    def update(self, content: bytes) -> None:
        self.sum.update(content)

    def holds(self) -> bool:
        return hmac.compare_digest(self.sum.digest(), self.promised)

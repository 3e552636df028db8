"""What a client may say over its socket: whether somebody looks at the room, and what is being sent just now."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

LARGEST = 4096  # bytes


class ClientFrame(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Here(ClientFrame):
    type: Literal["here"]
    looking: bool


class Upload(ClientFrame):
    id: str = Field(min_length=1, max_length=64)
    progress: float = Field(ge=0, le=1)
    thumbhash: str | None = Field(None, max_length=64, pattern=r"^[A-Za-z0-9+/]*={0,2}$")
    width: int | None = Field(None, ge=1, le=100_000)
    height: int | None = Field(None, ge=1, le=100_000)
    preview: bool = False  # whether the upload of this id has one


class Uploads(ClientFrame):
    type: Literal["upload"]
    uploads: list[Upload] = Field(max_length=20)


READER: TypeAdapter[Here | Uploads] = TypeAdapter(Annotated[Here | Uploads, Field(discriminator="type")])


class BadFrameError(Exception):
    pass


def read(text: str | None) -> Here | Uploads:
    """The client's frame. Raises BadFrameError for whatever is not in the protocol."""
    if text is None or len(text) > LARGEST or len(text.encode("utf-8", "replace")) > LARGEST:
        raise BadFrameError
    try:
        return READER.validate_json(text)
    except (ValidationError, UnicodeError) as error:
        raise BadFrameError from error

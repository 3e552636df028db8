from typing import Annotated

from pydantic import AfterValidator, StringConstraints


def printable(text: str) -> str:
    """PostgreSQL cannot hold a NUL, and the other control characters only garble what people see."""
    if any(ord(letter) < 32 and letter not in "\n\t" for letter in text):
        raise ValueError("must not contain control characters")
    return text


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(printable)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(printable)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80), AfterValidator(printable)]

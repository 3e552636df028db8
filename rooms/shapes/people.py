import uuid
from typing import Self

from ninja import Schema

from accounts.models import User


class PersonOut(Schema):
    id: uuid.UUID
    name: str

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(id=user.id, name=user.name)

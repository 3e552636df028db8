import uuid
from typing import Annotated

from django.http import HttpRequest
from ninja import Body, Router, Schema, Status
from pydantic import Field

from accounts.models import ApiToken, User
from salon.auth import asker
from salon.errors import NotFoundError
from salon.fields import Label
from salon.moments import Moment

router = Router(tags=["you"])


class Me(Schema):
    id: uuid.UUID
    name: str
    email: str


class Token(Schema):
    id: uuid.UUID
    name: str
    created_at: Moment
    last_used_at: Moment | None


class NewToken(Token):
    token: str = Field(description="Shown this once.")


class TokenIn(Schema):
    name: Label = ""


class Tokens(Schema):
    items: list[Token]
    next: None = None


@router.get("/me", response=Me)
def me(request: HttpRequest) -> User:
    return asker(request)


@router.get("/tokens", response=Tokens)
def tokens(request: HttpRequest) -> dict[str, object]:
    return {"items": asker(request).api_tokens.order_by("-created_at")}


@router.post("/tokens", response={201: NewToken})
def issue_token(request: HttpRequest, body: Annotated[TokenIn | None, Body()] = None) -> Status[NewToken]:
    token, text = ApiToken.objects.issue(asker(request), body.name if body else "")
    return Status(201, NewToken(**Token.from_orm(token).dict(), token=text))


@router.delete("/tokens", response={204: None})
def revoke_all_tokens(request: HttpRequest) -> Status[None]:
    asker(request).api_tokens.all().delete()
    return Status(204, None)


@router.delete("/tokens/{token}", response={204: None})
def revoke_token(request: HttpRequest, token: uuid.UUID) -> Status[None]:
    if not asker(request).api_tokens.filter(pk=token).delete()[0]:
        raise NotFoundError
    return Status(204, None)

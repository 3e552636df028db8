import uuid
from typing import Self

from ninja import Schema

from rooms.models import Invite, Membership, Role
from rooms.shapes.people import PersonOut
from salon.moments import Moment


class MemberOut(Schema):
    user: PersonOut
    role: Role
    joined_at: Moment

    @classmethod
    def of(cls, member: Membership) -> Self:
        return cls(user=PersonOut.of(member.user), role=Role(member.role), joined_at=member.joined_at)


class MemberList(Schema):
    items: list[MemberOut]
    next: None = None


class InviteOut(Schema):
    id: uuid.UUID
    token: str
    url: str
    role: Role
    label: str
    expires_at: Moment | None
    max_uses: int | None
    uses: int
    created_at: Moment
    created_by: PersonOut | None

    @classmethod
    def of(cls, invite: Invite, url: str) -> Self:
        fields = ("id", "token", "role", "label", "expires_at", "max_uses", "uses", "created_at")
        creator = PersonOut.of(invite.created_by) if invite.created_by else None
        return cls(**{field: getattr(invite, field) for field in fields}, url=url, created_by=creator)


class InviteList(Schema):
    items: list[InviteOut]
    next: None = None

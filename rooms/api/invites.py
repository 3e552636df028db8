import uuid
from datetime import UTC, datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.throttling import AuthRateThrottle
from pydantic import AfterValidator, Field

from rooms import readings
from rooms.access import Right, invites_for, room_for
from rooms.actions import invites as actions
from rooms.actions import members
from rooms.models import Role
from rooms.shapes.members import InviteList, InviteOut
from rooms.shapes.rooms import RoomOut
from salon.addresses import join_address
from salon.auth import asker
from salon.errors import NotFoundError
from salon.fields import Label

router = Router(tags=["invites"])

MANY_USES = 100_000


def in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("is too far away") from None


class InviteIn(Schema):
    role: Role = Role.CONTRIBUTOR
    label: Label = ""
    expires_at: Annotated[datetime, AfterValidator(in_utc)] | None = None
    max_uses: Annotated[int, Field(ge=1, le=MANY_USES)] | None = None


class Accepted(Schema):
    room: RoomOut


@router.get("/rooms/{slug:room}/invites", response=InviteList)
def list_invites(request: HttpRequest, room: str) -> InviteList:
    member = room_for(asker(request), room, Right.INVITE)
    return InviteList(items=[InviteOut.of(invite, join_address(request, invite.token)) for invite in invites_for(member)])


@router.post("/rooms/{slug:room}/invites", response={201: InviteOut})
def create_invite(request: HttpRequest, room: str, body: InviteIn) -> Status[InviteOut]:
    member = room_for(asker(request), room, Right.INVITE)
    invite = actions.create(member, role=body.role, label=body.label, expires_at=body.expires_at, max_uses=body.max_uses)
    return Status(201, InviteOut.of(invite, join_address(request, invite.token)))


@router.delete("/rooms/{slug:room}/invites/{invite}", response={204: None})
def revoke_invite(request: HttpRequest, room: str, invite: uuid.UUID) -> Status[None]:
    found = invites_for(room_for(asker(request), room, Right.INVITE)).filter(pk=invite).first()
    if found is None:
        raise NotFoundError
    actions.revoke(found)
    return Status(204, None)


@router.post("/invites/{slug:token}/accept", response=Accepted, throttle=AuthRateThrottle("60/m"))
def accept_invite(request: HttpRequest, token: str) -> Accepted:
    return Accepted(room=readings.room_of(members.join(asker(request), token)))

import uuid

from django.http import HttpRequest
from ninja import Router, Schema, Status

from rooms.access import Right, member_for, room_for
from rooms.actions import members as actions
from rooms.models import Membership, Role
from rooms.shapes.members import MemberList, MemberOut
from salon.auth import asker

router = Router(tags=["members"])


class MemberEdit(Schema):
    role: Role


@router.get("/rooms/{slug:room}/members", response=MemberList)
def list_members(request: HttpRequest, room: str) -> MemberList:
    member = room_for(asker(request), room)
    members = Membership.objects.filter(room=member.room).select_related("user").order_by("joined_at")
    return MemberList(items=[MemberOut.of(other) for other in members])


@router.patch("/rooms/{slug:room}/members/{user}", response=MemberOut)
def change_role(request: HttpRequest, room: str, user: uuid.UUID, body: MemberEdit) -> MemberOut:
    member = room_for(asker(request), room, Right.MANAGE)
    return MemberOut.of(actions.change_role(member, member_for(member, user), body.role))


@router.delete("/rooms/{slug:room}/members/{user}", response={204: None})
def remove_member(request: HttpRequest, room: str, user: uuid.UUID) -> Status[None]:
    member = room_for(asker(request), room)
    actions.remove(member, member_for(member, user))
    return Status(204, None)

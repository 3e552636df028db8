import uuid
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.security import APIKeyCookie

from accounts.models import digest
from rooms import journal, screens, wall
from rooms.access import Right, room_for, viewer_for
from rooms.actions import wall as actions
from rooms.models import Screen
from rooms.shapes.wall import ScreenList, ScreenMade, ScreenOut, WallFeed, WallOut
from salon.addresses import join_address, wall_address
from salon.auth import CREDENTIALS, asker, visitor
from salon.errors import NotFoundError
from salon.fields import Label

router = Router(tags=["wall"])


class ScreenKey(APIKeyCookie):
    """A screen's cookie. It opens nothing but the feed of a wall."""

    param_name = screens.COOKIE

    def authenticate(self, request: HttpRequest, key: str | None) -> Screen | None:
        return Screen.objects.filter(digest=digest(screens.key_of(request))).first()


class WallEdit(Schema):
    pinned: uuid.UUID | None = None
    paused: bool = False
    skip: bool = False
    code: bool = False


class ScreenIn(Schema):
    label: Label = ""


@router.get("/rooms/{slug:room}/wall", response=WallOut)
def get_wall(request: HttpRequest, room: str) -> WallOut:
    found = room_for(asker(request), room).room
    return wall.state_of(found, wall.invite_of(found))


@router.patch("/rooms/{slug:room}/wall", response=WallOut)
def steer_wall(request: HttpRequest, room: str, body: WallEdit) -> WallOut:
    member = room_for(asker(request), room, Right.CURATE)
    return actions.steer(member, actions.Wish(**body.model_dump(exclude_unset=True)))  # type: ignore[typeddict-item]


@router.get("/rooms/{slug:room}/wall/feed", response=WallFeed, auth=[*CREDENTIALS, ScreenKey()])
def read_wall(
    request: HttpRequest,
    room: str,
    after: Annotated[int | None, Query(ge=0, le=journal.LARGEST_SEQ)] = None,
    before: uuid.UUID | None = None,
) -> WallFeed:
    viewer = viewer_for(visitor(request), screens.key_of(request), room)
    wall.note_look(viewer)
    found = wall.everything(viewer.room, before) if after is None else wall.changes(viewer.room, after)
    invite = wall.invite_of(viewer.room)
    return wall.feed_of(viewer, found, join_address(request, invite.token) if invite else None, invite)


@router.get("/rooms/{slug:room}/screens", response=ScreenList)
def list_screens(request: HttpRequest, room: str) -> ScreenList:
    found = room_for(asker(request), room, Right.CURATE).room.screens
    return ScreenList(items=[ScreenOut.of(screen) for screen in found.select_related("created_by").order_by("-pk")])


@router.post("/rooms/{slug:room}/screens", response={201: ScreenMade})
def hang_screen(request: HttpRequest, room: str, body: ScreenIn) -> Status[ScreenMade]:
    screen, key = actions.hang(room_for(asker(request), room, Right.CURATE), body.label)
    return Status(201, ScreenMade(**ScreenOut.of(screen).dict(), url=wall_address(request, key)))


@router.delete("/rooms/{slug:room}/screens/{screen}", response={204: None})
def take_screen_down(request: HttpRequest, room: str, screen: uuid.UUID) -> Status[None]:
    member = room_for(asker(request), room, Right.CURATE)
    found = Screen.objects.filter(room=member.room, pk=screen).first()
    if found is None:
        raise NotFoundError
    actions.take_down(member, found)
    return Status(204, None)

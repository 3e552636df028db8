"""All of a room at once, and some of its photos by name."""

import hashlib
import json
import uuid
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.gzip import gzip_page
from ninja import Query, Router, Schema
from ninja.decorators import decorate_view
from pydantic import Field

from rooms import index, journal, readings
from rooms.access import room_for
from rooms.index import Sort, Wanted
from rooms.shapes.index import IndexOut
from rooms.shapes.photos import PhotoPage
from salon.auth import asker

router = Router(tags=["photos"])


class IndexQuery(Schema):
    sort: Sort = "added"
    by: uuid.UUID | None = None
    unseen: Annotated[int, Field(ge=0, le=journal.LARGEST_SEQ)] | None = None
    favourites: bool = False
    q: Annotated[str, Field(max_length=200)] = ""


class PhotoIds(Schema):
    ids: Annotated[list[uuid.UUID], Field(max_length=readings.LARGEST_PAGE)]


# Compressed here, because there may be no web server in front that would. It holds no secret that its length could betray.
@router.get("/rooms/{slug:room}/photos/index", response=IndexOut)
@decorate_view(gzip_page)
def list_index(request: HttpRequest, room: str, query: Query[IndexQuery]) -> HttpResponse:
    """All photos that match, newest first, as columns."""
    member = room_for(asker(request), room)
    wanted = Wanted(**query.dict())
    head = {"seq": member.room.seq, "sort": wanted.sort, "users": index.people_of(member)}
    tag = etag(member.user_id, wanted, head)
    response = get_conditional_response(request, etag=tag)
    if response is None:
        response = HttpResponse(compact(head | index.columns_of(member, wanted)), content_type="application/json")
    response["ETag"], response["Cache-Control"] = tag, "private, no-cache"
    return response


@router.post("/rooms/{slug:room}/photos/lookup", response=PhotoPage)
def look_up_photos(request: HttpRequest, room: str, body: PhotoIds) -> PhotoPage:
    """These photos, in this order. Those that are not shown in the room are left out."""
    return readings.photos_by_id(room_for(asker(request), room), body.ids)


def etag(*parts: Any) -> str:
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def compact(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))

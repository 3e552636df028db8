"""Two pictures with an address of their own, because other rules hold for them: of an upload under way, and of a removed photo."""

import uuid

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from rooms import access, files
from rooms.models import Membership
from rooms.serving.answer import serve_content
from rooms.serving.contents import WholeFile
from salon.auth import visitor
from salon.errors import ProblemError


@require_safe
def serve_preview(request: HttpRequest, slug: str, upload_id: uuid.UUID) -> HttpResponseBase:
    """For every member of the room, as long as the upload is under way."""
    return serve_picture(request, files.preview(member_of(request, slug).room_id, upload_id))


@require_safe
def serve_removed(request: HttpRequest, slug: str, photo_id: uuid.UUID) -> HttpResponseBase:
    """For those who may bring it back."""
    photo = access.restorable(member_of(request, slug)).filter(pk=photo_id).first()
    if photo is None:
        raise Http404
    return serve_picture(request, files.name_of(photo, "grid"))


def member_of(request: HttpRequest, slug: str) -> Membership:
    try:
        return access.room_for(visitor(request), slug)
    except ProblemError:
        raise Http404 from None


def serve_picture(request: HttpRequest, name: str) -> HttpResponseBase:
    try:
        return serve_content(request, WholeFile.at(name), content_type="image/webp")
    except FileNotFoundError:
        raise Http404 from None

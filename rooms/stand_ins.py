"""Two pictures with an address of their own, because other rules hold for them: of an upload under way, and of a removed photo."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from rooms import access, files
from salon.auth import visitor
from salon.errors import ProblemError


@require_safe
def upload_preview(request: HttpRequest, slug: str, upload_id: uuid.UUID) -> HttpResponse:
    """For every member of the room, as long as the upload is under way."""
    try:
        member = access.room_for(visitor(request), slug)
    except ProblemError:
        raise Http404 from None
    return picture(files.preview(member.room_id, upload_id))


@require_safe
def removed(request: HttpRequest, slug: str, photo_id: uuid.UUID) -> HttpResponse:
    """For those who may bring it back."""
    try:
        member = access.room_for(visitor(request), slug)
    except ProblemError:
        raise Http404 from None
    photo = access.restorable(member).filter(pk=photo_id).first()
    if photo is None:
        raise Http404
    return picture(files.name_of(photo, "grid"))


def picture(name: str) -> HttpResponse:
    try:
        with files.read(name) as file:
            content = file.read()
    except FileNotFoundError:
        raise Http404 from None
    headers = {"Content-Type": "image/webp", "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, headers=headers)

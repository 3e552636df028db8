"""The addresses of a photo's bytes. What is absent and what is forbidden look the same."""

import uuid

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from rooms import access, screens, shown
from rooms.ingest.formats import BY_NAME
from rooms.models import Membership, Photo
from rooms.serving.answer import serve_content
from rooms.serving.originals import extension, original_for, picture_of, stem
from salon.auth import visitor
from salon.errors import ProblemError

ASKED_BY_WEB_SERVER = "X-Salon-Show"  # one that looked for the picture by itself first; deploy/nginx/media.conf sends it

# While the large picture is not made yet, or cannot be made, its address shows the next smaller one.
PICTURES = {"thumb": ["thumb"], "grid": ["grid"], "view": ["view", "grid"]}


@require_safe
def serve_photo(request: HttpRequest, slug: str, photo_id: uuid.UUID, variant: str) -> HttpResponseBase:
    try:
        if variant == "original":
            member = access.room_for(visitor(request), slug)
            return serve_original(request, member, access.photo_for(member, photo_id))
        viewer = access.viewer_for(visitor(request), screens.key_of(request), slug)
        return serve_picture(request, access.photo_in(viewer.room, photo_id), variant)
    except ProblemError:
        raise Http404 from None
    except OSError:
        raise Http404 from None


def serve_original(request: HttpRequest, member: Membership, photo: Photo) -> HttpResponseBase:
    original = original_for(member, photo)
    if original is None:
        raise Http404
    name = f"{stem(photo)}.{extension(photo)}"
    return serve_content(request, original, content_type=BY_NAME[photo.format].content_type, download_name=name)


def serve_picture(request: HttpRequest, photo: Photo, variant: str) -> HttpResponseBase:
    if variant not in PICTURES:
        raise Http404
    picture = picture_of(photo, *PICTURES[variant])
    if ASKED_BY_WEB_SERVER in request.headers:
        shown.show(photo, variant)
    return serve_content(request, picture, content_type="image/webp")

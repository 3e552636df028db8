"""The bytes of a photo, for members only.

What is absent and what is forbidden look the same. Nothing is cached where it would outlive a removal: the browser may keep a
copy but asks each time, and the answer is a 304 of a few bytes.
"""

import re
import uuid
from collections.abc import AsyncIterator
from typing import BinaryIO

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from rooms import access, files
from rooms.ingest.derive import EDGES
from rooms.ingest.formats import BY_NAME
from rooms.models import Photo, PhotoState
from salon.auth import visitor
from salon.errors import ProblemError

CHUNK = 256 * 1024
RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


@require_safe
def serve(request: HttpRequest, slug: str, photo_id: uuid.UUID, variant: str) -> HttpResponseBase:
    try:
        member = access.room_for(visitor(request), slug)
        photo = access.photo_for(member, photo_id)
    except ProblemError:
        raise Http404 from None
    if variant == "original" and access.may_have_original(member, photo):
        return answer(request, photo, variant)
    if variant in EDGES and photo.state == PhotoState.READY:
        return answer(request, photo, variant)
    raise Http404


def answer(request: HttpRequest, photo: Photo, variant: str) -> HttpResponseBase:
    etag = f'"{photo.id.hex}-{variant}"'  # a photo's bytes never change under its identifier
    known = [tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))]
    if etag in known or known == ["*"]:
        return with_headers(HttpResponse(status=304), photo, variant, etag)
    name = files.name_of(photo, variant)
    if not files.exists(name):
        raise Http404
    size = files.size(name)
    asked = request.headers.get("Range", "") if request.headers.get("If-Range", etag) == etag else ""
    try:
        part = part_of(asked, size)
    except ValueError:
        refusal = HttpResponse(status=416)
        refusal["Content-Range"] = f"bytes */{size}"
        return with_headers(refusal, photo, variant, etag)
    start, length = part or (0, size)
    response = body(request, name, start, length, 206 if part else 200)
    if part:
        response["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    response["Content-Length"] = str(length)
    return with_headers(response, photo, variant, etag)


def part_of(header: str, size: int) -> tuple[int, int] | None:
    """Start and length of the one range asked for; None for all of it. Raises ValueError when it lies outside."""
    match = RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None  # no range, several, or not one we understand: the whole file is always a right answer
    first, last = match.groups()
    if first == "":
        length = min(int(last), size)
        start = size - length
    else:
        start = int(first)
        length = min(int(last) + 1 if last else size, size) - start
        if last and int(last) < start:
            return None
    if length <= 0:
        raise ValueError(header)
    return start, length


def body(request: HttpRequest, name: str, start: int, length: int, status: int) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse(status=status)
    file = files.read(name)
    file.seek(start)
    if length <= CHUNK:  # a thumbnail: not worth a generator
        with file:
            return HttpResponse(file.read(length), status=status)
    return StreamingHttpResponse(chunks(file, length), status=status)


async def chunks(file: BinaryIO, length: int) -> AsyncIterator[bytes]:
    try:
        while length > 0:
            chunk = await sync_to_async(file.read, thread_sensitive=False)(min(CHUNK, length))
            if not chunk:
                return
            length -= len(chunk)
            yield chunk
    finally:
        file.close()


def with_headers(response: HttpResponseBase, photo: Photo, variant: str, etag: str) -> HttpResponseBase:
    format = BY_NAME[photo.format]
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Type"] = format.content_type if variant == "original" else "image/webp"
    if variant == "original":
        taken = photo.taken_at or photo.added_at
        response["Content-Disposition"] = f'attachment; filename="salon-{taken:%Y%m%d-%H%M%S}.{format.extensions[0]}"'
    return response

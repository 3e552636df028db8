"""One answer for everything that is bytes: conditional, whole or in part, and never with more of it in memory than a chunk."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from hashlib import sha256

from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import parse_etags

from rooms.serving.contents import CHUNK, Bytes, Content
from rooms.serving.ranges import part_of

logger = logging.getLogger(__name__)


def serve_content(request: HttpRequest, content: Content, *, content_type: str, download_name: str = "") -> HttpResponseBase:
    """Answer a request for these bytes; with a name (ASCII) they are a download. Whether the asker may have them was decided before.

    Nothing is cached where it would outlive a removal: the browser may keep a copy but asks each time, and hears 304.
    """
    etag = f'"{sha256(content.identity.encode()).hexdigest()[:32]}"'
    response = answer(request, content, etag)
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Type"] = content_type
    if download_name:
        response["Content-Disposition"] = f'attachment; filename="{download_name}"'
    return response


def answer(request: HttpRequest, content: Content, etag: str) -> HttpResponseBase:
    known = [tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))]
    if etag in known or known == ["*"]:
        return HttpResponse(status=304)
    try:
        part = part_of(range_asked(request, etag), content.size)
    except ValueError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{content.size}"})
    start, length = part or (0, content.size)
    response = body(request, content, start, start + length)
    response["Content-Length"] = str(length)
    if part:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{start + length - 1}/{content.size}"
    return response


def range_asked(request: HttpRequest, etag: str) -> str:
    if request.method != "GET" or request.headers.get("If-Range", etag) != etag:
        return ""
    return request.headers.get("Range", "")


def body(request: HttpRequest, content: Content, start: int, stop: int) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse()
    chunks = content.read(start, stop)
    connection.close()  # a slow reader takes hours, and others need it meanwhile
    if stop - start > CHUNK:
        return StreamingHttpResponse(streamed(chunks))
    try:
        return HttpResponse(b"".join(chunks))  # a thumbnail: not worth a thread for each chunk
    except OSError:
        raise Http404 from None


async def streamed(chunks: Bytes) -> AsyncIterator[bytes]:
    """Where bytes are missing it ends before the promised length; the server must then break the line, as salon/pace.py does."""
    try:
        while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
            yield chunk
    except (OSError, Error) as error:
        logger.error("A download broke off: %s", error)  # noqa: TRY400  a traceback says no more
    finally:
        with suppress(ValueError):  # a thread is in it still; the file is closed when that lets go of it
            chunks.close()

"""Resumable uploads, as tus 1.0.0 has them: https://tus.io/protocols/resumable-upload, and `GET`, which is ours."""

import uuid
from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date
from ninja import Router, Schema, Status

from rooms import quotas, readings, tus
from rooms.access import Right, room_for, upload_for
from rooms.actions import uploads as actions
from rooms.actions.uploads import Piece
from rooms.ingest import preview
from rooms.models import Membership, Upload
from rooms.tus import Checksum
from salon import errors
from salon.auth import asker
from salon.errors import ProblemError, TooLargeError, UnsupportedError
from salon.moments import Moment

router = Router(tags=["uploads"])
UPLOADS = "/rooms/{slug:room}/uploads"
UPLOAD = UPLOADS + "/{upload}"


class UploadOut(Schema):
    id: uuid.UUID
    name: str
    size: int
    offset: int
    expires_at: Moment


class UploadList(Schema):
    """My unfinished uploads, and what I may send: bytes of one file, and bytes in all (null: as many as there is place for)."""

    items: list[UploadOut]
    next: None = None
    largest: int
    left: int | None


class UnknownVersionError(ProblemError):
    status = 412
    code = "tus_version"
    message = f"Salon speaks tus {tus.VERSION}. Say so in Tus-Resumable."


def speaks_tus(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def answer(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        try:
            require_version(request)
            response = view(request, *arguments, **options)
        except Exception as error:
            problem = errors.problem_of(error)
            if problem is None:
                raise
            response = errors.answer_problem(problem)
        response["Tus-Resumable"] = response["Tus-Version"] = tus.VERSION
        response["Cache-Control"] = "no-store"
        return response

    return answer


def require_version(request: HttpRequest) -> None:
    if request.headers.get("Tus-Resumable") != tus.VERSION:
        raise UnknownVersionError


@router.get(UPLOADS, response=UploadList)
def list_uploads(request: HttpRequest, room: str) -> UploadList:
    member = room_for(asker(request), room, Right.UPLOAD)
    items = [UploadOut(name=tus.said_in(one.metadata).get("filename", ""), **fields_of(one)) for one in readings.uploads_of(member)]
    return UploadList(items=items, largest=settings.MAX_UPLOAD_BYTES, left=quotas.left(member))


def fields_of(upload: Upload) -> dict[str, Any]:
    return {name: getattr(upload, name) for name in ("id", "size", "offset", "expires_at")}


@router.api_operation(["OPTIONS"], UPLOADS, auth=None)
def describe_uploads(request: HttpRequest, room: str) -> HttpResponse:
    """What Salon can do, the same for everybody and every room."""
    return HttpResponse(
        status=204,
        headers={
            "Tus-Resumable": tus.VERSION,
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
            "Tus-Max-Size": str(settings.MAX_UPLOAD_BYTES),
        },
    )


@router.post(UPLOADS)
@speaks_tus
def begin_upload(request: HttpRequest, room: str) -> HttpResponse:
    member = room_for(asker(request), room, Right.UPLOAD)
    size = tus.number(request.headers.get("Upload-Length"), "Upload-Length")
    upload = actions.begin(member, size, request.headers.get("Upload-Metadata", ""))
    if request.content_type == tus.PIECE_TYPE:
        upload = append_or_forget(member, upload, piece_of(request, 0))
    response = told(upload, 201)
    response["Location"] = reverse("api:continue_upload", args=[room, upload.id])
    return response


def append_or_forget(member: Membership, upload: Upload, piece: Piece) -> Upload:
    """The sender of a piece that comes with the creation and is refused never hears where it could go on."""
    try:
        return actions.append(member, upload, piece)
    except BaseException:
        actions.drop(upload)
        raise


@router.api_operation(["HEAD"], UPLOAD)
@speaks_tus
def find_upload(request: HttpRequest, room: str, upload: uuid.UUID) -> HttpResponse:
    found = upload_for(room_for(asker(request), room), upload)
    actions.require_fresh(found)
    response = told(found, 200)
    response["Upload-Length"] = str(found.size)
    if found.metadata:
        response["Upload-Metadata"] = found.metadata
    return response


@router.patch(UPLOAD)
@speaks_tus
def continue_upload(request: HttpRequest, room: str, upload: uuid.UUID) -> HttpResponse:
    member = room_for(asker(request), room, Right.UPLOAD)
    if request.content_type != tus.PIECE_TYPE:
        raise UnsupportedError(f"Send pieces as {tus.PIECE_TYPE}.")
    offset = tus.number(request.headers.get("Upload-Offset"), "Upload-Offset")
    return told(actions.append(member, upload_for(member, upload), piece_of(request, offset)), 204)


@router.delete(UPLOAD)
@speaks_tus
def end_upload(request: HttpRequest, room: str, upload: uuid.UUID) -> HttpResponse:
    actions.end(upload_for(room_for(asker(request), room), upload))
    return HttpResponse(status=204)


@router.post(UPLOAD)
@speaks_tus
def override_method(request: HttpRequest, room: str, upload: uuid.UUID) -> HttpResponse:
    """For senders behind a proxy that lets no PATCH and no DELETE through."""
    views = {"PATCH": continue_upload, "DELETE": end_upload}
    view = views.get(request.headers.get("X-HTTP-Method-Override", ""))
    return view(request, room, upload) if view else errors.answer_status(405)


@router.put(UPLOAD + "/preview", response={204: None})
def show_preview(request: HttpRequest, room: str, upload: uuid.UUID) -> Status[None]:
    """A picture of at most 40 KiB for the others to see until the photo itself is there."""
    member = room_for(asker(request), room, Right.UPLOAD)
    content = request.read(preview.LARGEST + 1)
    if len(content) > preview.LARGEST:
        raise TooLargeError(f"A preview has at most {preview.LARGEST // 1024} KiB.", field="file")
    actions.show(upload_for(member, upload), BytesIO(content))
    return Status(204, None)


def piece_of(request: HttpRequest, offset: int) -> Piece:
    checksum = request.headers.get("Upload-Checksum")
    length = request.headers.get("Content-Length")
    return Piece(offset, cast("BinaryIO", request), int(length) if length else None, Checksum(checksum) if checksum else None)


def told(upload: Upload, status: int) -> HttpResponse:
    response = HttpResponse(status=status, headers={"Upload-Offset": str(upload.offset)})
    if upload.photo_id is None:
        response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
        return response
    response["Salon-Photo"] = str(upload.photo_id)
    if upload.already:
        response["Salon-Already"] = "1"
    return response

"""What goes wrong, in one shape: `{"error": {"code", "message", "field"?}}` for programs, a page for people."""

import errno
from collections.abc import Callable
from typing import ClassVar

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string


class ProblemError(Exception):
    """An answer other than success. Subclasses say which; `message` is a sentence for a person."""

    status: ClassVar[int] = 400
    code = "bad_request"
    message = "Salon could not read that request."

    def __init__(self, message: str | None = None, *, code: str | None = None, field: str | None = None) -> None:
        self.code = code or self.code
        self.message = message or self.message
        self.field = field
        super().__init__(self.message)


class NotSignedInError(ProblemError):
    status = 401
    code = "not_signed_in"
    message = "Please sign in."


class ForbiddenError(ProblemError):
    status = 403
    code = "forbidden"
    message = "Your role in this room does not allow that."


class NotFoundError(ProblemError):
    """The same for what does not exist and for what is not yours, so that an address tells a stranger nothing."""

    status = 404
    code = "not_found"
    message = "There is nothing here, or it is not shared with you."


class ConflictError(ProblemError):
    status = 409
    code = "conflict"


class InvalidError(ProblemError):
    status = 422
    code = "invalid"


class TooLargeError(ProblemError):
    status = 413
    code = "too_large"


class UnsupportedError(ProblemError):
    status = 415
    code = "unsupported"


class NoSpaceError(ProblemError):
    """The disk, or the database's, is full."""

    status = 507
    code = "no_space"
    message = "This server has no space left, so nothing more can be kept. Ask whoever runs it to make room, then send this again."


class AwayError(ProblemError):
    """The database does not answer, or broke off in the middle. Nobody knows whether the change was made."""

    status = 503
    code = "unavailable"
    message = "Salon cannot answer just now. Wait a moment and try again."


def problem_of(error: BaseException) -> ProblemError | None:
    """What people should hear of a failure that is not our fault; None for one that is."""
    if isinstance(error, ProblemError):
        return error
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    full = (
        getattr(cause, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
        or getattr(cause, "sqlite_errorname", "") == "SQLITE_FULL"
        or getattr(cause, "sqlstate", "") == "53100"  # PostgreSQL's disk_full
    )
    if full:
        return NoSpaceError()
    return AwayError() if isinstance(error, OperationalError | InterfaceError) else None


BUSY_SECONDS = 10  # after which it is worth asking a busy server again
CODES = {400: "bad_request", 401: "not_signed_in", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 413: "too_large"} | {
    429: "too_many",
    500: "server_error",
}
MESSAGES = {
    401: NotSignedInError.message,
    403: "Send the CSRF token of your session in X-CSRFToken, or use a bearer token.",
    404: NotFoundError.message,
    405: "That address cannot do that.",
    413: "That request is larger than Salon accepts.",
    429: "That was too quick. Wait a moment and try again.",
    500: "Something broke on our side. It has been written to the log.",
}


def answer(status: int, code: str, message: str, field: str | None = None) -> JsonResponse:
    error = {"code": code, "message": message} | ({"field": field} if field else {})
    return JsonResponse({"error": error}, status=status)


def answer_problem(problem: ProblemError) -> HttpResponse:
    response = answer(problem.status, problem.code, problem.message, problem.field)
    if problem.status in (429, 503):
        response["Retry-After"] = str(BUSY_SECONDS)
    return response


def answer_status(status: int, code: str | None = None) -> JsonResponse:
    return answer(status, code or CODES.get(status, "error"), MESSAGES.get(status, ProblemError.message))


class ApiErrorsMiddleware:
    """Errors that Django or a library answers in its own way get the API's shape, if it was the API that was asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        if response.status_code < 400 or is_json or not request.path_info.startswith("/api/"):
            return response
        shaped = answer_status(response.status_code, "csrf" if response.status_code == 403 else None)
        if "Allow" in response.headers:
            shaped["Allow"] = response.headers["Allow"]
        return shaped


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("500.html"), status=500)  # without the request: what broke may be in its context

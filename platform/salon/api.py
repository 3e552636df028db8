"""The API under `/api/v1`: routers of the apps, one way to sign in, one shape of error."""

import logging
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from accounts.api import router as accounts
from rooms.api import routers as rooms
from salon import __version__, errors
from salon.auth import CREDENTIALS

logger = logging.getLogger(__name__)
api = NinjaAPI(
    title="Salon",
    version=__version__,
    description="Rooms for photos that arrive on every screen at once. docs/protocol.md has what a schema cannot say.",
    auth=CREDENTIALS,
    docs_url=None,
    urls_namespace="api",
)
api.add_router("", accounts)
for router in rooms:
    api.add_router("", router)


@api.exception_handler(errors.ProblemError)
def problem(request: HttpRequest, problem: errors.ProblemError) -> HttpResponse:
    return errors.answer_problem(problem)


@api.exception_handler(OSError)
@api.exception_handler(DatabaseError)
def trouble(request: HttpRequest, error: Exception) -> HttpResponse:
    problem = errors.problem_of(error)
    if problem is None:
        raise error
    logger.warning("A request was answered with %d: %s", problem.status, str(error).partition("\n")[0])
    return errors.answer_problem(problem)


WORDS = {
    "missing": "is missing",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "has another form than this field needs",
    "too_long": "has more than {max_length} entries",
    "string_too_long": "is longer than {max_length} characters",
}


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, problem: ValidationError) -> HttpResponse:
    first: dict[str, Any] = problem.errors[0]
    place = [str(part) for part in first.get("loc", ())]
    if place[:1] == ["path"]:
        return errors.answer_status(404)  # an identifier of the wrong shape names nothing
    known = WORDS.get(first["type"])
    words = known.format(**first.get("ctx", {})) if known else first["msg"]
    field = place[-1] if len(place) > 1 else None
    return errors.answer(422, "invalid", f"{field} {uncapitalized(words)}." if field else f"{words}.", field)


def uncapitalized(words: str) -> str:
    words = words.removeprefix("Value error, ").rstrip(".")
    return words[:1].lower() + words[1:]


@api.exception_handler(AuthenticationError)
def not_signed_in(request: HttpRequest, problem: AuthenticationError) -> HttpResponse:
    return errors.answer_status(401)


@api.exception_handler(Throttled)
def too_many(request: HttpRequest, problem: Throttled) -> HttpResponse:
    response = errors.answer_status(429)
    response["Retry-After"] = str(int(problem.wait or 1) + 1)
    return response


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, problem: HttpError) -> HttpResponse:
    # The one 403 the framework itself gives is a missing CSRF token; ours are ForbiddenError.
    return errors.answer_status(problem.status_code, "csrf" if problem.status_code == 403 else None)

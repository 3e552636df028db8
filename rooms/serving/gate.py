"""What a web server in front of Salon asks before it serves a room's pictures by itself (nginx: `auth_request`)."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from rooms import access
from salon.auth import visitor
from salon.errors import ProblemError

# The asker may use a yes for this long, and for one second more while it asks again. nginx counts in whole seconds of its clock,
# so that three of them can be almost four; a removal has to bite within five. A no is never kept.
KEEP = "max-age=2, stale-while-revalidate=1"


@require_safe
@csp_override({})  # no browser sees this, and nginx reads the whole answer for each picture
@xframe_options_exempt
def answer_gate(request: HttpRequest, slug: str) -> HttpResponse:
    """204 for members, with the room's id, by which its folder is named; 403 for everybody else, whether there is such a room or not."""
    try:
        member = access.room_for(visitor(request), slug)
    except ProblemError:
        return HttpResponse(status=403, headers={"Cache-Control": "no-store"})
    return HttpResponse(status=204, headers={"Cache-Control": KEEP, "X-Salon-Room": str(member.room_id)})

"""What a web server in front of Salon asks before it serves a room's pictures by itself (nginx: `auth_request`)."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from rooms import access, screens
from salon.auth import visitor
from salon.errors import ProblemError

# The asker may use a yes for this long, and for one second more while it asks again. nginx counts in whole seconds of its clock,
# so that three of them can be almost four; a removal has to bite within five. A no is never kept.
KEEP = "max-age=2, stale-while-revalidate=1"
SAID = ("Cache-Control", "X-Salon-Room")


class Terse(HttpResponse):
    """Without what is added to each answer on its way: no browser sees this one, and nginx reads all of it again for each picture."""

    def items(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in super().items() if name in SAID]


@require_safe
def answer_gate(request: HttpRequest, slug: str) -> HttpResponse:
    """204 for members and the room's screens, with its id, by which its folder is named; 403 for everybody else, room or no room."""
    try:
        viewer = access.viewer_for(visitor(request), screens.key_of(request), slug)
    except ProblemError:
        return Terse(status=403, headers={"Cache-Control": "no-store"})
    return Terse(status=204, headers={"Cache-Control": KEEP, "X-Salon-Room": str(viewer.room_id)})

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from salon.checkup import inside


@never_cache
@require_safe
def checkup(request: HttpRequest) -> HttpResponse:
    """What `manage.py doctor` sees from inside, for staff; `admin_view` lets nobody else in."""
    context = admin.site.each_context(request) | {"title": "Check-up", "findings": list(inside.examine())}
    return TemplateResponse(request, "admin/checkup.html", context)

from django.http import HttpRequest, JsonResponse

from salon import __version__


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; whether its neighbours do is another question."""
    return JsonResponse({"status": "ok", "version": __version__})

"""`/metrics`, in the form Prometheus reads: what `measures.py` has counted in this process, and what is asked when somebody reads it."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from django.conf import settings
from django.db import connection
from django.db.models import Case, Count, F, Min, Q, Sum, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.tasks import TaskResultStatus
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult, get_date_max
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import ThreadingWSGIServer, choose_encoder
from prometheus_client.registry import Collector

from rooms import tasks
from rooms.models import Photo, PhotoState, Upload
from salon import measures, roll

STATES = ("ready", "waiting", "running", "failed")  # waiting for the time of its next attempt
KNOWN = (tasks.develop.module_path,)  # told of even when there are none, so that no alarm takes them for missing


@dataclass(frozen=True)
class Share:
    """Tasks of one kind in one state: how many, and since when the oldest could have been done."""

    number: int
    since: datetime


class TaskCollector(Collector):
    def collect(self) -> Iterator[Metric]:
        shares = queue()
        depth = GaugeMetricFamily("salon_tasks", "Tasks that have not been done, by their state.", labels=["task", "state"])
        age = GaugeMetricFamily("salon_task_oldest_ready_seconds", "How long the oldest ready task has been ready.", labels=["task"])
        for path in sorted({path for path, _ in shares}.union(KNOWN)):
            name = path.rpartition(".")[2]
            for state in STATES:
                share = shares.get((path, state))
                depth.add_metric([name, state], share.number if share else 0)
            oldest = shares.get((path, "ready"))
            age.add_metric([name], max(0.0, (timezone.now() - oldest.since).total_seconds()) if oldest else 0)
        yield depth
        yield age
        yield GaugeMetricFamily("salon_workers", "Worker processes that are alive.", value=roll.alive().count())


def queue() -> dict[tuple[str, str], Share]:
    """By the path of the task and one of STATES."""
    at_once = Q(run_after=get_date_max())
    ready = Q(status=TaskResultStatus.READY)
    state = Case(
        When(ready & (at_once | Q(run_after__lte=timezone.now())), then=Value("ready")),
        When(ready, then=Value("waiting")),
        When(status=TaskResultStatus.RUNNING, then=Value("running")),
        default=Value("failed"),
    )
    since = Case(When(at_once, then=F("enqueued_at")), default=F("run_after"))
    undone = DBTaskResult.objects.exclude(status=TaskResultStatus.SUCCESSFUL).order_by().annotate(state=state, ready_since=since)
    shares = undone.values_list("task_path", "state").annotate(number=Count("pk"), oldest=Min("ready_since"))
    return {(path, state): Share(number, since) for path, state, number, since in shares}


class StorageCollector(Collector):
    """Summing up all photos takes a while where there are many, so the sum is kept for KEPT_SECONDS."""

    KEPT_SECONDS = 30.0

    def __init__(self) -> None:
        self.photos: dict[str, tuple[int, int]] = {}
        self.counted_at: float | None = None

    def collect(self) -> Iterator[Metric]:
        if self.counted_at is None or time.monotonic() - self.counted_at > self.KEPT_SECONDS:
            self.photos, self.counted_at = photos(), time.monotonic()
        number = GaugeMetricFamily("salon_photos", "Photos, by their state.", labels=["state"])
        size = GaugeMetricFamily("salon_photo_bytes", "Bytes of their originals.", labels=["state"])
        for state in (*PhotoState.values, "removed"):
            count, weight = self.photos.get(state, (0, 0))
            number.add_metric([state], count)
            size.add_metric([state], weight)
        yield number
        yield size
        yield GaugeMetricFamily("salon_uploads_open", "Uploads that have not brought all their bytes.", value=open_uploads())
        disk = shutil.disk_usage(settings.ENV.data_dir)
        yield GaugeMetricFamily("salon_disk_bytes", "Size of the disk that photos are on.", value=disk.total)
        yield GaugeMetricFamily("salon_disk_free_bytes", "What is free of it.", value=disk.free)


def photos() -> dict[str, tuple[int, int]]:
    """Number and bytes by state; those that were removed and can be brought back count as `removed`."""
    state = Case(When(removed_at__isnull=False, then=Value("removed")), default=F("state"))
    rows = Photo.objects.order_by().annotate(now=state).values_list("now").annotate(number=Count("pk"), bytes=Sum("size"))
    return {now: (number, size) for now, number, size in rows}


def open_uploads() -> int:
    return Upload.objects.filter(photo=None, expires_at__gt=timezone.now()).count()


class PoolCollector(Collector):
    """Connections to the database. SQLite has no pool, and all are zero."""

    def collect(self) -> Iterator[Metric]:
        pool = getattr(connection, "pool", None)
        stats = pool.get_stats() if pool is not None else {}
        used = stats.get("pool_size", 0) - stats.get("pool_available", 0)
        waiting = stats.get("requests_waiting", 0)
        yield GaugeMetricFamily("salon_database_connections_used", "Database connections in use in this process.", value=used)
        yield GaugeMetricFamily("salon_database_connections_waited_for", "Threads that wait for one.", value=waiting)
        yield GaugeMetricFamily("salon_database_connections_most", "How many there may be.", value=stats.get("pool_max", 0))


registry = CollectorRegistry()
for collector in (measures.registry, TaskCollector(), StorageCollector(), PoolCollector()):
    registry.register(collector)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not may_read(request):
        raise Http404
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type=content_type)


def may_read(request: HttpRequest) -> bool:
    """Whoever has the token of SALON_METRICS_TOKEN, and staff in their browser."""
    authorization = request.headers.get("Authorization", "")
    if authorization.lower().startswith("bearer "):
        return has_token(authorization)
    return request.user.is_active and request.user.is_staff


def has_token(authorization: str) -> bool:
    token = settings.ENV.metrics_token
    scheme, _, given = authorization.partition(" ")
    return token is not None and scheme.lower() == "bearer" and constant_time_compare(given, token)


def serve_worker(port: int) -> None:
    """Offer what this process counts, and nothing else, in a thread that goes with the process. Raises OSError."""
    server = make_server(settings.ENV.host, port, worker_metrics, ThreadingWSGIServer, handler_class=SilentHandler)
    Thread(target=server.serve_forever, name="metrics", daemon=True).start()


def worker_metrics(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    if environ["PATH_INFO"] != "/metrics" or not has_token(environ.get("HTTP_AUTHORIZATION", "")):
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return []
    encode, content_type = choose_encoder(environ.get("HTTP_ACCEPT", ""))
    start_response("200 OK", [("Content-Type", content_type)])
    return [encode(measures.registry)]


class SilentHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing; a line every few seconds tells nobody anything."""

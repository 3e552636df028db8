"""`/metrics`, in the form Prometheus reads. What is counted here is asked of the database each time, in two queries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Case, Count, F, Min, Q, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.tasks import TaskResultStatus
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult, get_date_max
from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from rooms import tasks
from salon import roll

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


registry = CollectorRegistry()
registry.register(TaskCollector())
ProcessCollector(registry=registry)  # memory, processor time and open files of the process that answers


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not may_read(request):
        raise Http404
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type=content_type)


def may_read(request: HttpRequest) -> bool:
    """Whoever has the token of SALON_METRICS_TOKEN, and staff in their browser."""
    token = settings.ENV.metrics_token
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token is not None and constant_time_compare(given, token)
    return request.user.is_active and request.user.is_staff

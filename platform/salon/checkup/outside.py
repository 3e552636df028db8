"""What can be seen from where people are: the same path that their browsers take, proxies included."""

import time
from collections.abc import Callable, Iterator
from functools import partial

from django.conf import settings

from salon import __version__
from salon.checkup import advice, live, network
from salon.checkup.endpoints import BYTES, PAUSE_SECONDS
from salon.checkup.finding import Finding, Mark, all_of, doubtful, examined, fine, wrong
from salon.checkup.visit import Visit

CLOCK_SECONDS = 5
MEGABYTE = bytes(1_000_000)


def examine(visit: Visit, idle_seconds: float) -> Iterator[Finding]:
    """Everything; what others rest upon comes first, and without it they are left out."""
    for check in (network.name, network.line, network.certificate, version, ready, ourselves):
        finding = examined(check.__name__, partial(check, visit), f"Start Salon and the proxy in front of it; {visit.url} must lead there")
        yield finding
        if finding.mark == Mark.WRONG and check in (network.name, network.line, version, ourselves):
            return
    checks: dict[str, tuple[Callable[[], Finding], str]] = {
        "host": (partial(host, visit), advice.host()),
        "scheme": (partial(scheme, visit), advice.scheme()),
        "client": (partial(client, visit), advice.client()),
        "clock": (partial(clock, visit), ""),
        "cache": (partial(cache, visit), advice.cache()),
        "body": (partial(body, visit), advice.body()),
        "range": (partial(range_, visit), advice.range()),
        "stream": (partial(stream, visit), advice.stream()),
        "socket": (partial(live.socket, visit), advice.upgrade()),
    }
    yield from all_of(checks)
    if idle_seconds:
        yield from all_of({"idle": (partial(live.idle, visit, idle_seconds), advice.idle())})


def version(visit: Visit) -> Finding:
    answer = visit.ask("/healthz")
    said = answer.json().get("version")
    if answer.status != 200 or said is None:
        return wrong(
            "version", f"{answer.status} at {visit.url}/healthz, not from Salon", "nginx: proxy_pass http://127.0.0.1:8000; for location /"
        )
    if said != __version__:
        return wrong(
            "version", f"Salon {said} answers, and this is {__version__}", "Restart Salon, so that the version installed here runs"
        )
    return fine("version", f"Salon {said}")


def ready(visit: Visit) -> Finding:
    answer = visit.ask("/readyz")
    said = answer.json()
    words = ", ".join(f"{name}: {word}" for name, word in said.get("checks", {}).items() if word != "ok")
    if said.get("status") == "ok":
        return fine("ready", "ok")
    return (doubtful if said.get("status") == "degraded" else wrong)(
        "ready", f"{said.get('status', answer.status)}; {words}", "See the checks from inside"
    )


def ourselves(visit: Visit) -> Finding:
    """The endpoints answer only to a token that this Salon's own key has signed."""
    answer = visit.ask("/doctor/look")
    if "stamp" in answer.json():
        return fine("ourselves", "it is this Salon that answers")
    seen = f"{answer.status}: Salon answers, but knows nothing of this one's key, or the proxy keeps the header X-Salon-Doctor"
    return wrong("ourselves", seen, "Run the doctor where Salon runs, with its SALON_DATA_DIR or SALON_SECRET_KEY")


def host(visit: Visit) -> Finding:
    seen = visit.ask("/doctor/look").json()["host"]
    if seen.lower() != visit.netloc.lower():
        return wrong("host", f"people type {visit.netloc}, and Salon hears {seen}, so it refuses their forms and sockets", advice.host())
    return fine("host", seen)


def scheme(visit: Visit) -> Finding:
    seen, typed = visit.ask("/doctor/look").json()["forwarded_proto"], visit.url.partition(":")[0]
    if seen and seen.split(",")[0].strip() != typed:
        return wrong("scheme", f"people come by {typed}, and Salon hears {seen}", advice.scheme())
    if settings.PUBLIC_URL and visit.url != settings.PUBLIC_URL:
        return doubtful("scheme", f"SALON_URL is {settings.PUBLIC_URL}, and this is {visit.url}", f"SALON_URL={visit.url}")
    if visit.is_tls and not settings.PUBLIC_URL:
        return wrong(
            "scheme",
            "Salon does not know that people come by https, so its cookies are not kept from plain lines",
            f"SALON_URL={visit.url}",
        )
    return fine("scheme", typed)


def client(visit: Visit) -> Finding:
    said = visit.ask("/doctor/look").json()
    if said["forwarded_for"]:
        return fine("client", f"Salon hears of {said['forwarded_for']}")
    if visit.is_tls:
        return doubtful("client", "Salon does not hear who comes, only that the proxy does", advice.client())
    return fine("client", f"{said['peer']}, without a proxy that says who comes")


def clock(visit: Visit) -> Finding:
    apart = abs(time.time() - visit.ask("/doctor/look").json()["time"])
    fix = "Run a time service there and here, for example: apt-get install systemd-timesyncd"
    seen = f"Salon's clock and this machine's differ by {apart:.0f} s"
    return wrong("clock", seen, fix) if apart > CLOCK_SECONDS else fine("clock", seen)


def cache(visit: Visit) -> Finding:
    first, second = (visit.ask("/doctor/look").json()["stamp"] for _ in range(2))
    if first == second:
        return wrong("cache", "the proxy keeps private answers, and would show one person's to another", advice.cache())
    return fine("cache", "private answers are not kept")


def body(visit: Visit) -> Finding:
    megabytes = settings.ENV.max_upload_mb
    answer = visit.ask("/doctor/body", length=megabytes * len(MEGABYTE), chunks=(MEGABYTE for _ in range(megabytes)))
    said = answer.json()
    if said.get("received") == megabytes * len(MEGABYTE):
        return fine("body", f"{megabytes} MB get through")
    if said.get("error", {}).get("code") == "too_large":
        return wrong("body", f"Salon itself refuses {megabytes} MB", f"SALON_MAX_UPLOAD_MB={megabytes} for the server, too, and restart it")
    if answer.status == 413:
        return wrong("body", f"the proxy refuses a body of {megabytes} MB (413)", advice.body())
    return wrong("body", f"a body of {megabytes} MB is answered with {answer.status}", advice.body())


def range_(visit: Visit) -> Finding:
    answer = visit.ask("/doctor/content", Range="bytes=100-199")
    if answer.status == 206 and answer.content == BYTES[100:200]:
        return fine("range", "parts of a file can be asked for")
    return wrong(
        "range",
        f"100 bytes were asked for, and {answer.status} with {len(answer.content)} came; downloads cannot be resumed",
        advice.range(),
    )


def stream(visit: Visit) -> Finding:
    answer = visit.ask("/doctor/stream")
    if answer.content != BYTES * 2:
        return wrong("stream", f"{len(answer.content)} of {len(BYTES) * 2} bytes came", advice.stream())
    if answer.pause < PAUSE_SECONDS / 2:
        return doubtful("stream", "the proxy holds answers back until they are whole; large downloads begin late", advice.stream())
    return fine("stream", "answers come as they are made")

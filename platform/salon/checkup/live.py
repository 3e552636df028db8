"""The room's socket, as far as the path to it goes."""

import time

from websockets.exceptions import ConnectionClosed, InvalidStatus

from salon.checkup import advice
from salon.checkup.finding import Finding, fine, wrong
from salon.checkup.visit import Visit

ANSWER_SECONDS = 10


def socket(visit: Visit) -> Finding:
    try:
        with visit.socket() as line:
            began = time.perf_counter()
            line.send("Are you there?")
            line.recv(timeout=ANSWER_SECONDS)
            return fine("socket", f"open; a word and its answer take {(time.perf_counter() - began) * 1000:.0f} ms")
    except InvalidStatus as error:
        status = error.response.status_code
        return wrong("socket", f"the handshake was answered with {status} instead of 101; the proxy does not pass it on", advice.upgrade())


def idle(visit: Visit, seconds: float) -> Finding:
    with visit.socket() as line:
        began = time.monotonic()
        try:
            line.recv(timeout=seconds)
        except TimeoutError:
            line.send("Still there?")
            line.recv(timeout=ANSWER_SECONDS)
            return fine("idle", f"a socket with nothing to say stays open for {seconds:.0f} s")
        except ConnectionClosed:
            return wrong("idle", f"a socket with nothing to say was closed after {time.monotonic() - began:.0f} s", advice.idle())
        return wrong("idle", "a socket heard something that Salon did not say", advice.idle())

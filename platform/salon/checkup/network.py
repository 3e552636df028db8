"""Before anybody has said anything: the name, the line, the certificate."""

import socket
import ssl
import time

from salon.checkup import advice
from salon.checkup.finding import Finding, doubtful, fine, wrong
from salon.checkup.visit import Visit

SECONDS = 5
DAYS_LEFT = 14  # certificates are renewed a month before their end; one that has less was forgotten


def name(visit: Visit) -> Finding:
    try:
        found = socket.getaddrinfo(visit.host, visit.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return wrong("name", f"{visit.host}: {error.strerror}", f"Make an A (and AAAA) record for {visit.host} that names this server")
    return fine("name", f"{visit.host} is {', '.join(sorted({str(address[0]) for *_, address in found}))}")


def line(visit: Visit) -> Finding:
    silent = []
    found = {address for *_, address in socket.getaddrinfo(visit.host, visit.port, type=socket.SOCK_STREAM)}
    for address in found:
        try:
            socket.create_connection((str(address[0]), visit.port), SECONDS).close()
        except OSError as error:
            silent.append(f"{address[0]} ({error.strerror or error})")
    if not silent:
        return fine("line", f"port {visit.port} is open")
    fix = f"Open port {visit.port} in the firewall and start the web server, or take away the record of the address that is not yours"
    seen = f"port {visit.port} does not answer at {', '.join(silent)}"
    return wrong("line", seen, fix) if len(silent) == len(found) else doubtful("line", seen, fix)


def certificate(visit: Visit) -> Finding:
    if not visit.is_tls:
        local = visit.host in ("localhost", "127.0.0.1", "::1")
        seen = "no TLS, and passwords travel in the open"
        return fine("certificate", "none is needed on this machine") if local else doubtful("certificate", seen, advice.certificate())
    try:
        bare = socket.create_connection((visit.host, visit.port), SECONDS)
        with bare, visit.context.wrap_socket(bare, server_hostname=visit.host) as secured:
            end = (secured.getpeercert() or {})["notAfter"]
            version = secured.version()
    except ssl.SSLCertVerificationError as error:
        visit.trust_anybody()
        return wrong("certificate", error.verify_message, advice.certificate())
    days = int((ssl.cert_time_to_seconds(str(end)) - time.time()) // 86_400)
    seen = f"{version}, valid for {days} more days"
    return doubtful("certificate", seen, advice.certificate()) if days < DAYS_LEFT else fine("certificate", seen)

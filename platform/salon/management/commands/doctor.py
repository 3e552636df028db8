from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from salon.checkup import inside, outside
from salon.checkup.finding import Finding, Mark, examined
from salon.checkup.visit import Visit

IDLE_SECONDS = 70  # proxies close what was silent for 60 unless they are told otherwise


class Command(BaseCommand):
    help = "Walk the whole way from the address people type to the disk, say what was seen, and print the line to change."
    requires_system_checks = ()  # it runs them itself, and goes on

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=settings.PUBLIC_URL, help="the address people type (default: SALON_URL)")
        parser.add_argument("--quick", action="store_true", help="leave out the idle socket, which takes more than a minute")
        parser.add_argument("--idle", type=float, default=IDLE_SECONDS, help="seconds that a socket is left alone (default: %(default)s)")
        parser.add_argument("--mail-to", metavar="ADDRESS", help="really send a mail there")

    def handle(self, *, url: str | None, quick: bool, idle: float, mail_to: str | None, **options: Any) -> None:
        marks: Counter[Mark] = Counter()
        self.stdout.write("From inside")
        for finding in inside.examine():
            marks[self.tell(finding)] += 1
        if mail_to:
            marks[self.tell(examined("mail", lambda: inside.send_mail(mail_to), "Correct SALON_MAIL_URL"))] += 1
        address = (url or f"http://127.0.0.1:{settings.ENV.port}").rstrip("/")
        self.stdout.write(f"From outside, at {address}")
        for finding in outside.examine(Visit(address), 0 if quick else idle):
            marks[self.tell(finding)] += 1
        self.stdout.write(f"{marks[Mark.FINE]} well, {marks[Mark.DOUBTFUL]} doubtful, {marks[Mark.WRONG]} wrong.")
        if marks[Mark.WRONG]:
            raise SystemExit(1)

    def tell(self, finding: Finding) -> Mark:
        self.stdout.write(f"  {finding.mark} {finding.name}: {finding.seen}")
        for line in finding.fix.splitlines():
            self.stdout.write(f"      {line}")
        self.stdout.flush()
        return finding.mark

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections

from rooms import files
from salon import data_folder
from salon.backup import restoring
from salon.backup.making import summary
from salon.backup.tarball import DamagedError
from salon.management.commands.serve import refuse_absent_database


class Command(BaseCommand):
    help = "Bring a Salon back from a backup. Every byte is checked before anything is touched."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="where from; - is the standard input")
        parser.add_argument("--replace", action="store_true", help="also where there are people or rooms already, who go")
        parser.add_argument("--check", action="store_true", help="only see whether the backup is whole")

    def handle(self, *, file: str, replace: bool, check: bool, **options: Any) -> None:
        refuse_absent_database()
        alone = data_folder.is_for_one(connections[DEFAULT_DB_ALIAS].vendor, settings.ENV.redis_url)
        try:
            with opened(file) as source:
                if check:
                    restoring.check(source, self.say)
                    self.say("This backup is whole.")
                    return
                with data_folder.held_alone(settings.ENV.data_dir) if alone else nullcontext():
                    self.tell(restoring.restore(source, self.say, replace=replace))
        except data_folder.InUseError:
            raise CommandError("Salon is running on this data folder. Stop it first.") from None
        except files.LockedError:
            raise CommandError("A backup, or another restore, is running. Try again when it is done.") from None
        except (DamagedError, restoring.RefusedError) as error:
            raise CommandError(f"{error} Nothing was changed.") from None

    def tell(self, report: restoring.Report) -> None:
        for name in report.keys_left:
            self.say(f"This Salon has a {name} of its own, which stays; with another secret key people sign in anew.")
        if report.missing:
            raise CommandError(
                f"Restored, but {len(report.missing)} files were missing in the backup already, such as {report.missing[0]}."
            )
        self.say(f"Restored {summary(report.manifest)}. Every photo has its files. Start Salon again.")

    def say(self, line: str) -> None:
        self.stderr.write(line, self.style.NOTICE if self.stderr.isatty() else None)
        self.stderr.flush()


def opened(file: str) -> Any:
    if file == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from None

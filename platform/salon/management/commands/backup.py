import os
import sys
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rooms import files
from salon.backup import making
from salon.management.commands.serve import refuse_absent_database, refuse_old_database

SHOWN = 20  # of what is wrong


class Command(BaseCommand):
    help = "Write the whole Salon into one file while it runs: database, photos and keys, with checksums."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="where to; - is the standard output")

    def handle(self, *, file: str, **options: Any) -> None:
        refuse_absent_database()
        refuse_old_database()
        try:
            report = self.to_stream(sys.stdout.buffer) if file == "-" else self.to_file(Path(file))
        except files.LockedError:
            raise CommandError("Another backup, or a restore, is running. Try again when it is done.") from None
        except OSError as error:
            raise CommandError(f"The backup could not be written: {error.strerror or error}.") from None
        for fault in report.faults[:SHOWN]:
            self.say(f"Warning: {fault}.")
        if report.faults:
            self.say(f"Files that are not as they should be: {len(report.faults):,}. The rest of the backup is whole.")

    def to_stream(self, out: IO[bytes]) -> making.Report:
        report = making.make(out, self.say)
        out.flush()
        return report

    def to_file(self, file: Path) -> making.Report:
        """Under its name only when it is whole."""
        if file.exists():
            raise CommandError(f"{file} is there already.")
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_name(f"{file.name}.partial")
        try:
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                report = self.to_stream(out)
                os.fsync(out.fileno())
            partial.rename(file)
        finally:
            partial.unlink(missing_ok=True)
        self.say(f"Done: {file}, {file.stat().st_size / 1e6:,.1f} MB. It holds secrets: keep it where only you can read it.")
        return report

    def say(self, line: str) -> None:
        self.stderr.write(line, self.style.NOTICE if self.stderr.isatty() else None)
        self.stderr.flush()

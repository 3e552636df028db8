"""A backup of a Salon that runs.

The rows are read first, in one snapshot, and the files after them. A file is on the disk before its row is committed, and stays there
while `files.nothing_erased` holds; so whatever comes and goes meanwhile, each file that a row of the snapshot names is there.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.db import connection

from accounts.models import User
from rooms import files
from rooms.models import Room
from salon import __version__
from salon.backup import keys, photos, rows
from salon.backup.progress import Progress, in_words
from salon.backup.tarball import Packer

FORMAT = 1
MANIFEST, ROWS, MEDIA, KEYS = "manifest.json", "rows.jsonl", "media", "keys"


@dataclass
class Report:
    manifest: dict[str, Any]
    faults: list[str] = field(default_factory=list)


def make(out: IO[bytes], say: Callable[[str], None]) -> Report:
    """Write everything to `out`. Raises files.LockedError while another backup or a restore runs."""
    with files.nothing_erased(), tempfile.TemporaryFile(dir=settings.ENV.data_dir) as lines:
        with rows.snapshot():
            rows.dump(lines)
            pictures = photos.kept()
            report = Report(manifest(pictures))
        connection.close()  # what follows may take hours
        say(f"Backing up {summary(report.manifest)}.")
        packer = Packer(out)
        packer.add(MANIFEST, BytesIO(json.dumps(report.manifest, indent=2).encode()))
        packer.add(ROWS, lines)
        for name, content in keys.kept():
            packer.add(f"{KEYS}/{name}", BytesIO(content))
        progress = Progress(report.manifest["bytes"], say)
        for photo in pictures:
            report.faults += add_photo(packer, photo, progress)
        packer.finish()
        return report


def manifest(pictures: list[photos.Kept]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "salon": __version__,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "migrations": rows.applied(),
        "people": User.objects.count(),
        "rooms": Room.objects.count(),
        "photos": len(pictures),
        "states": Counter(photo.state for photo in pictures),
        "bytes": sum(photo.size for photo in pictures),
    }


def summary(facts: dict[str, Any]) -> str:
    words = [counted(facts[many], one, many) for one, many in (("person", "people"), ("room", "rooms"), ("photo", "photos"))]
    return f"{', '.join(words)} ({in_words(facts['bytes'])} of originals)"


def counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def add_photo(packer: Packer, photo: photos.Kept, progress: Progress) -> list[str]:
    """Returns what is wrong with its files. A backup of the others is better than none."""
    faults = []
    for name, needed in photo.names():
        try:
            with files.read(name) as file:
                sha256 = packer.add(f"{MEDIA}/{name}", file)
        except FileNotFoundError:
            if needed:
                faults.append(f"{name} is missing")
            continue
        progress.add(files.size(name))
        if name.startswith("originals/") and sha256 != photo.sha256:
            faults.append(f"{name} is not what was uploaded")
    return faults

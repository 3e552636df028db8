"""Make the secrets of the Compose stack, once, in the folder that is given; what is there already stays as it is."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "platform"))

from salon.keys import kept_secret

OTHERS_READ = 0o644  # PostgreSQL runs under a number of its own; whoever does not mount the volume reads nothing in any case


def make(folder: Path) -> None:
    kept_secret(folder, "secret-key")
    kept_secret(folder / "metrics", "token")
    (folder / "metrics" / "token").chmod(OTHERS_READ)
    password = kept_secret(folder, "database-password")
    (folder / "database-password").chmod(OTHERS_READ)
    address = folder / "database-url"
    address.touch(mode=0o600)
    address.write_text(f"postgresql://salon:{password}@db/salon")


if __name__ == "__main__":
    make(Path(sys.argv[1]))

#!/usr/bin/env python
import os
import sys
from pathlib import Path

# The project package lives in `platform/`, a plain folder; see docs/architecture.md for why it must stay one.
sys.path.insert(1, str(Path(__file__).resolve().parent / "platform"))

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salon.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)

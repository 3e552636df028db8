"""`python -m tests.chaos --seconds 150 --seed 7`: two servers, forty members, and everything that can go wrong.

In the end every screen must equal its room. The plan and what became of it are written to `--record`.
"""

import argparse
import random
import shutil
import signal
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(1, str(REPOSITORY / "platform"))

from tests.chaos import report  # noqa: E402
from tests.chaos.database import let_go_of_database, own_database, set_up_django  # noqa: E402
from tests.chaos.machines import Place, Redis  # noqa: E402
from tests.chaos.plan import Plan, draw  # noqa: E402
from tests.services import FOLDER  # noqa: E402


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=150, help="how long people act and things fail (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=None, help="the same seed draws the same plan (default: a new one, which is printed)")
    parser.add_argument("--check-seconds", type=float, default=6, help="SALON_SOCKET_CHECK_SECONDS of the servers (default: %(default)s)")
    parser.add_argument("--quiet-seconds", type=float, default=60, help="how long it may take to become quiet (default: %(default)s)")
    parser.add_argument("--cluster", default=None, help="address of a PostgreSQL in which to make a database (default: one is started)")
    parser.add_argument("--record", type=Path, default=None, help="where to write what happened (default: var/chaos/seed-N.txt)")
    return parser.parse_args()


def main() -> int:
    chosen = options()
    seed = random.SystemRandom().randrange(10**6) if chosen.seed is None else chosen.seed
    record = chosen.record or REPOSITORY / "var" / "chaos" / f"seed-{seed}.txt"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    plan = draw(seed, chosen.seconds)
    print(report.outline(plan), report.outages(plan), sep="\n", flush=True)
    FOLDER.chmod(0o755)  # PostgreSQL may run as another user
    try:
        with own_database(chosen.cluster) as database:
            wrong = carry_out(plan, database, chosen, record)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    print(*(f"WRONG: {text}" for text in wrong), sep="\n")
    print(f"{len(wrong)} things are wrong. " if wrong else "All is well. ", f"Seed {seed}; what happened is in {record}", sep="")
    return 1 if wrong else 0


def carry_out(plan: Plan, database: str, chosen: argparse.Namespace, record: Path) -> list[str]:
    redis = Redis(FOLDER)
    run = None
    wrong: list[str] = []
    try:
        set_up_django(FOLDER, DATABASE_URL=database, REDIS_URL=redis.url, SALON_SOCKET_CHECK_SECONDS=str(chosen.check_seconds))
        from tests.chaos.run import Run  # needs Django

        run = Run(plan, redis, [Place("A"), Place("B")], chosen.check_seconds, chosen.quiet_seconds)
        wrong = run.carry_out()
    finally:
        wrong += run.end() if run is not None else []
        redis.kill()
        let_go_of_database()
        if run is not None:
            run.write_record(record)
            print(report.summary(run.ledger), flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main())

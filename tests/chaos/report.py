"""What a run prints."""

from collections import Counter
from statistics import median

from tests.chaos.ledger import Ledger
from tests.chaos.plan import Plan


def outages(plan: Plan) -> str:
    return "\n".join(str(fault) for fault in plan.faults if fault.what.startswith(("redis", "server")))


def summary(ledger: Ledger) -> str:
    lines = [f"  {number:7}  {what}" for what, number in sorted(ledger.did.items())]
    for which, delays in ledger.closing_delays.items():
        if delays:
            lines.append(
                f"  {len(delays)} sockets of people who left, {which}, closed after {median(delays):.2f} s, at most {max(delays):.2f} s"
            )
    lines.append(f"  our own process stood still for at most {max((lag for _, lag in ledger.lags), default=0):.2f} s")
    return "\n".join(lines)


def outline(plan: Plan) -> str:
    kinds = Counter([step.what for step in plan.steps] + [fault.what for fault in plan.faults])
    drawn = ", ".join(f"{number} {what}" for what, number in sorted(kinds.items()))
    return f"seed {plan.seed}, {plan.seconds:g} s: {drawn}"

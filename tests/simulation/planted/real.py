"""Bugs that were really there, until the simulation found them: planted once more.

``found.toml`` tells of all that were found; here are those that few schedules show.
"""

from datetime import timedelta

from kvitt.application import write_back
from kvitt.domain.journal import Lease
from kvitt.domain.plan import Plan
from simulation.memory.ledger import MemoryLedger
from simulation.planted.bug import Bug, bug

_save_plan = MemoryLedger.save_plan


def _never_concluded(book: MemoryLedger, lease: Lease, plan: Plan) -> None:
    """Conclude nothing of an order that never was."""
    if plan != Plan(reason="The shop has no such order."):
        _save_plan(book, lease, plan)


BUGS: tuple[Bug, ...] = (
    bug(
        "clocks thought equal",
        "a note is looked for by our clock, and the shop's is another",
        (write_back, "CLOCK_SKEW", timedelta(0)),
        within=6_000,
    ),
    bug(
        "order that never was",
        "a hint about an order that the shop does not have is worked on for ever",
        (MemoryLedger, "save_plan", _never_concluded),
        within=3_000,
    ),
)

"""Bugs that were really there, until the simulation found them: each planted once more.

Their shrunk runs are in ``seeds/``, and ``found.toml`` tells of them.
"""

from datetime import timedelta
from typing import Any

from kvitt.application import write_back
from kvitt.application.write_back import Clerk
from kvitt.domain.decide import refund
from kvitt.domain.errors import RemoteError
from kvitt.domain.journal import Lease
from kvitt.domain.plan import Plan
from simulation.memory.ledger import MemoryLedger
from simulation.planted.bug import Bug, always, bug

_save_plan = MemoryLedger.save_plan


def _asked_for_ever(clerk: Clerk, lease: Any, owed: Any, store: Any) -> None:
    """Ask again and again for what the shop refuses for good."""
    failure: RemoteError | None = None
    for one in owed:
        try:
            outcome = clerk._write(lease, one, store)
        except RemoteError as error:
            failure = failure or error
        else:
            clerk.ledger.record_written(lease, one, outcome=outcome)
    if failure is not None:
        raise failure


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
        "refusal of the shop asked for ever",
        "a refund that the shop's books have no room for keeps its order from being looked at",
        (Clerk, "pay", _asked_for_ever),
        within=6_000,
    ),
    bug(
        "order that never was",
        "a hint about an order that the shop does not have is worked on for ever",
        (MemoryLedger, "save_plan", _never_concluded),
        within=3_000,
    ),
    bug(
        "booked refund deleted unseen",
        "a refund that was booked for one made at Klarna is deleted, and nobody is told",
        (refund, "_unbooked", always([])),
        within=6_000,
    ),
)

"""Bugs of writing to the shop (reliability.md T13, T14)."""

from typing import Any

from kvitt.application.write_back import Clerk
from kvitt.domain.errors import RemoteError
from kvitt.domain.journal import WriteBack
from simulation.planted.bug import Bug, bug


def _without_looking(clerk: Clerk, lease: Any, owed: WriteBack, store: Any) -> str:
    clerk.ledger.record_write_attempt(lease, owed)
    store.add_note(lease.store_order_id, owed.note)
    return "written"


def _booked_again(clerk: Clerk, lease: Any, owed: WriteBack, store: Any) -> str:
    clerk.ledger.record_write_attempt(lease, owed)
    store.book_refund(lease.store_order_id, owed.amount, owed.reason)
    return "written"


def _overwriting(clerk: Clerk, lease: Any, owed: WriteBack, store: Any) -> str:
    clerk.ledger.record_write_attempt(lease, owed)
    store.set_marks(lease.store_order_id, meta=owed.meta, status=owed.status)
    return "written"


def _first_failure_ends(clerk: Clerk, lease: Any, owed: Any, store: Any) -> None:
    """Take what could not be written for written."""
    for one in owed:
        try:
            outcome = clerk._write(lease, one, store)
        except RemoteError:
            outcome = "written"
        clerk.ledger.record_written(lease, one, outcome=outcome)


def _not_remembered(clerk: Clerk, lease: Any, owed: Any, store: Any) -> None:
    """Write, and do not note that it was written."""
    for one in owed:
        clerk._write(lease, one, store)


BUGS: tuple[Bug, ...] = (
    bug(
        "note without look-up",
        "a note that may have been written is written again",
        (Clerk, "_write_note", _without_looking),
    ),
    bug(
        "refund booked without look-up",
        "a refund that may have been booked is booked again",
        (Clerk, "_write_refund", _booked_again),
        within=8_000,
    ),
    bug(
        "status set though overtaken",
        "a status that somebody has moved since is overwritten",
        (Clerk, "_write_marks", _overwriting),
        within=6_000,
    ),
    bug(
        "unwritten taken for written",
        "a note that the shop did not take is let go",
        (Clerk, "pay", _first_failure_ends),
    ),
    bug(
        "written and not remembered",
        "the shop is told the same again and again",
        (Clerk, "pay", _not_remembered),
    ),
)

"""Writing to the shop what it is owed: each thing is one request, and is written once.

What may have been written is looked for before it is written again, and a status that
somebody has moved since is left alone. What is owed is said in ``reports.py``.
"""

import html
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from kvitt.application.ports import Clock, Ledger, Store
from kvitt.domain.errors import Rejected, RemoteError, UnsafePlan
from kvitt.domain.journal import Lease, WriteBack, WriteKind

#: Clocks of shop and kvitt may differ by this much when a note is looked for.
CLOCK_SKEW = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class Clerk:
    """Writes to one shop what it is owed."""

    ledger: Ledger
    clock: Clock

    def pay(self, lease: Lease, owed: tuple[WriteBack, ...], store: Store) -> None:
        """Write everything owed, or raise the first failure after trying all of it."""
        failure: RemoteError | None = None
        for write_back in owed:
            try:
                outcome = self._write(lease, write_back, store)
            except Rejected as refusal:
                # Repeating does not change it: a refund that the books have no room for any
                # more, or a status that the shop does not have. The timeline says so.
                self.ledger.record_event(lease, "rejected", str(refusal))
                outcome = "rejected"
            except RemoteError as error:
                failure = failure or error
                continue
            self.ledger.record_written(lease, write_back, outcome=outcome)
        if failure is not None:
            raise failure

    def _write(self, lease: Lease, owed: WriteBack, store: Store) -> str:
        """Write one thing and return how it ended: written, found there, or overtaken."""
        match owed.kind:
            case WriteKind.NOTE:
                return self._write_note(lease, owed, store)
            case WriteKind.MARKS:
                return self._write_marks(lease, owed, store)
            case WriteKind.REFUND:
                return self._write_refund(lease, owed, store)
            case _:
                assert_never(owed.kind)

    def _write_note(self, lease: Lease, owed: WriteBack, store: Store) -> str:
        if owed.attempts and self._note_stands(lease, owed, store):
            return "found"
        self.ledger.record_write_attempt(lease, owed)
        store.add_note(lease.store_order_id, owed.note)
        return "written"

    def _write_marks(self, lease: Lease, owed: WriteBack, store: Store) -> str:
        """Set meta data, and the status unless somebody has moved it since."""
        self.ledger.record_write_attempt(lease, owed)
        # The last thing before the write: WooCommerce has no write that depends on a status.
        moved = bool(owed.status) and (
            store.fetch_order(lease.store_order_id).status != owed.status_before
        )
        if moved and not owed.meta:
            return "overtaken"
        status = "" if moved else owed.status
        store.set_marks(lease.store_order_id, meta=owed.meta, status=status)
        return "overtaken" if moved else "written"

    def _write_refund(self, lease: Lease, owed: WriteBack, store: Store) -> str:
        if owed.attempts:
            booked = store.fetch_order(lease.store_order_id).refunds
            if any(owed.remote_id in refund.reason for refund in booked):
                return "found"
        if owed.amount is None:
            raise UnsafePlan("a refund is owed to the shop without its amount")
        self.ledger.record_write_attempt(lease, owed)
        made = store.book_refund(
            lease.store_order_id,
            owed.amount,
            owed.reason,
            lines=owed.lines,
            restock=owed.restock,
        )
        # It may be deleted before the order is read again, and would never have been seen.
        self.ledger.record_booked(lease, made, owed.amount)
        return "written"

    def _note_stands(self, lease: Lease, owed: WriteBack, store: Store) -> bool:
        since = (owed.owed_since or self.clock.now()) - CLOCK_SKEW
        return any(
            html.unescape(note.text) == owed.note and note.created_at >= since
            for note in store.fetch_notes(lease.store_order_id)
        )

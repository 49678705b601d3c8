"""A backup of the rows, and what becomes of it when it is put back.

The same steps as ``adapters/database/restoring.py``: nothing is sent for an order before
it was read anew and its calls were matched, and what people asked for is not repeated.
"""

from copy import copy
from dataclasses import replace

from kvitt.domain.asks import Answer, AskState
from kvitt.domain.intents import State
from simulation.memory.rows import Now, OrderRow, Rows


def backup(rows: Rows) -> Rows:
    """Return a copy of everything, as it is now."""
    kept = Rows(rows.policy)
    kept.orders = {number: _copied(row) for number, row in rows.orders.items()}
    kept.watermarks = dict(rows.watermarks)
    kept.sighted = dict(rows.sighted)
    kept.keys = dict(rows.keys)
    kept.asks = dict(rows.asks)
    return kept


def restore(rows: Rows, kept: Rows) -> None:
    """Put a backup in the place of what there is; workers must have been stopped."""
    rows.orders = {number: _copied(row) for number, row in kept.orders.items()}
    rows.by_name = {(row.shop, row.store_order_id): row for row in rows.orders.values()}
    rows.watermarks = dict(kept.watermarks)
    rows.sighted = dict(kept.sighted)
    rows.keys = dict(kept.keys)
    rows.asks = dict(kept.asks)


def enter(rows: Rows, now: Now) -> int:
    """Take the rows to be restored; return how many orders there are."""
    for row in rows.orders.values():
        unsure = [i for i in row.intents.values() if i.state in (State.SENT, State.UNKNOWN)]
        for intent in unsure:
            intent.last_sent_at = now()
        owed = [each for each in row.owed.values() if not each.outcome]
        for each in owed:
            each.owed = replace(each.owed, attempts=each.owed.attempts + 1)
        for asked in row.asks.values():
            if asked.answer is None:
                asked.answer = Answer(state=AskState.REFUSED, text="A backup was put back.")
        if (unsure or owed) and row.lease_until is None:
            row.due_at = now()
        row.must_match = True
        row.snapshot = replace(row.snapshot, klarna_read_at=None)
    return len(rows.orders)


def _copied(row: OrderRow) -> OrderRow:
    twin = copy(row)
    twin.intents = {uid: copy(intent) for uid, intent in row.intents.items()}
    twin.owed = {uid: copy(owed) for uid, owed in row.owed.items()}
    twin.asks = {uid: copy(ask) for uid, ask in row.asks.items()}
    twin.refunds_seen = dict(row.refunds_seen)
    twin.timeline = list(row.timeline)
    return twin

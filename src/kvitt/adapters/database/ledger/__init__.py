"""The journal over the order rows: one class, whose parts are one file per idea.

The law of every part: a write is one transaction, which first locks the order and
checks the lease's token, so that a worker that was overtaken cannot write; and the
timeline's row is part of it.
"""

from kvitt.adapters.database.ledger.asks import Asks
from kvitt.adapters.database.ledger.calls import Calls
from kvitt.adapters.database.ledger.cases import Cases
from kvitt.adapters.database.ledger.matched import Matched
from kvitt.adapters.database.ledger.snapshots import Snapshots
from kvitt.adapters.database.ledger.standing import Standing
from kvitt.adapters.database.ledger.write_backs import WriteBacks


class OrderLedger(Calls, Asks, WriteBacks, Standing, Snapshots, Matched, Cases):
    """Everything that is remembered of orders, as the use cases ask for it."""


__all__ = ["OrderLedger"]

"""One order with everything that is known of it, for its page. Nothing here writes."""

from dataclasses import dataclass

from kvitt.adapters.database.ledger import cases, snapshots
from kvitt.adapters.database.models import IntentRow, Order, TimelineRow, WriteBackRow
from kvitt.adapters.database.vault import Vault
from kvitt.adapters.exchange import Request
from kvitt.adapters.klarna import wire
from kvitt.domain.journal import Snapshot
from kvitt.domain.plan import Hold, Journal


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderDetail:
    """An order, both its halves as last read, and its history."""

    order: Order
    snapshot: Snapshot
    journal: Journal
    hold: Hold | None
    intents: tuple[IntentRow, ...]
    write_backs: tuple[WriteBackRow, ...]
    timeline: tuple[TimelineRow, ...]


class OrderReader:
    """Reads orders with what is sealed of them."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def detail(self, order: Order) -> OrderDetail:
        """Return everything that is known of an order. Raises ConfigurationError."""
        intents = list(IntentRow.objects.filter(order=order).order_by("pk"))
        return OrderDetail(
            order=order,
            snapshot=snapshots.read_snapshot(order, self._vault),
            journal=cases.journal_of(order, intents),
            hold=cases.read_hold(order),
            intents=tuple(intents),
            write_backs=tuple(WriteBackRow.objects.filter(order=order).order_by("pk")),
            timeline=tuple(TimelineRow.objects.filter(order=order).order_by("nth")),
        )

    def request_of(self, intent: IntentRow) -> Request:
        """Return what Klarna was sent, without credentials. Raises UnsafePlan.

        Raises ConfigurationError where what is sealed does not open.
        """
        return wire.build_send(cases.read_call(intent, self._vault).call)

"""The clients of shops and accounts, with the gate and the rate before every call.

Fits the Protocol ``Connections`` of ``ports.py`` and wraps another one. Nothing here asks
twice: whether to ask again is the queue's to say, and only the queue's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kvitt.application.gate import Gate, account_party, shop_party
from kvitt.application.ports import Connections, Klarna, Store
from kvitt.domain.health import Party
from kvitt.domain.ids import CaptureId, KlarnaOrderId, ShopId, StoreOrderId, StoreRefundId
from kvitt.domain.journal import BookedLine, Call, Lease, Receipt, StoreNote
from kvitt.domain.klarna_order import DueDateOption, KlarnaOrder
from kvitt.domain.money import Money
from kvitt.domain.sighting import Sighting
from kvitt.domain.store_order import StoreOrder


class Rates(Protocol):
    """How fast each account may be asked."""

    def take(self, account: str, *, environment: str) -> None:
        """Return when a call may go. Raises RateLimited where that would take too long."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class GuardedStore:
    """One shop, watched by the gate."""

    store: Store
    gate: Gate
    party: Party

    def fetch_order(self, order_id: StoreOrderId) -> StoreOrder:
        """Read an order with its refunds."""
        with self.gate.watch(self.party, order=order_id):
            return self.store.fetch_order(order_id)

    def fetch_notes(self, order_id: StoreOrderId) -> Sequence[StoreNote]:
        """Read the order's notes."""
        with self.gate.watch(self.party, order=order_id):
            return self.store.fetch_notes(order_id)

    def add_note(self, order_id: StoreOrderId, text: str) -> None:
        """Add a private note."""
        with self.gate.watch(self.party, order=order_id, write=True):
            self.store.add_note(order_id, text)

    def set_marks(
        self, order_id: StoreOrderId, *, meta: Mapping[str, str], status: str = ""
    ) -> None:
        """Set meta data, and the status where one is given, in one request."""
        with self.gate.watch(self.party, order=order_id, write=True):
            self.store.set_marks(order_id, meta=meta, status=status)

    def book_refund(
        self,
        order_id: StoreOrderId,
        amount: Money,
        reason: str,
        *,
        lines: Sequence[BookedLine] = (),
        restock: bool = False,
    ) -> StoreRefundId:
        """Book a refund without calling the gateway."""
        with self.gate.watch(self.party, order=order_id, write=True):
            return self.store.book_refund(
                order_id, amount, reason, lines=lines, restock=restock
            )

    def modified_since(self, moment: datetime, *, page: int) -> Sequence[Sighting]:
        """Return a page of orders modified after the moment."""
        with self.gate.watch(self.party):
            return self.store.modified_since(moment, page=page)

    def sight(self, order_ids: Sequence[StoreOrderId]) -> Sequence[Sighting]:
        """Return those of these orders that are there."""
        with self.gate.watch(self.party):
            return self.store.sight(order_ids)


@dataclass(frozen=True, kw_only=True, slots=True)
class GuardedKlarna:
    """One account at Klarna, watched by the gate and kept to its rate."""

    client: Klarna
    gate: Gate
    rates: Rates
    party: Party

    @property
    def environment(self) -> str:
        """``playground`` or ``live``; part of every key."""
        return self.client.environment

    @property
    def account(self) -> str:
        """Which credentials these are; part of every key."""
        return self.client.account

    def fetch_order(self, order_id: KlarnaOrderId) -> KlarnaOrder:
        """Read one order."""
        self.rates.take(self.account, environment=self.environment)
        with self.gate.watch(self.party, order=_number(order_id)):
            return self.client.fetch_order(order_id)

    def fetch_due_date_options(
        self, order_id: KlarnaOrderId, capture_id: CaptureId
    ) -> Sequence[DueDateOption]:
        """Read by how many days a capture's due date can be moved, and for what fee."""
        self.rates.take(self.account, environment=self.environment)
        with self.gate.watch(self.party, order=_number(order_id)):
            return self.client.fetch_due_date_options(order_id, capture_id)

    def send(self, call: Call) -> Receipt:
        """Carry out one call under its key."""
        self.rates.take(self.account, environment=self.environment)
        with self.gate.watch(self.party, order=_number(call.klarna_order_id), write=True):
            return self.client.send(call)


@dataclass(frozen=True, kw_only=True, slots=True)
class GuardedConnections:
    """Clients that may be asked now; asking for another raises Withheld."""

    connections: Connections
    gate: Gate
    rates: Rates

    def store(self, shop: ShopId) -> GuardedStore:
        """Return the shop's client. Raises ConfigurationError, Withheld."""
        party = shop_party(shop)
        self.gate.admit(party)
        return GuardedStore(store=self.connections.store(shop), gate=self.gate, party=party)

    def klarna(self, lease: Lease, order: StoreOrder, *, account: int | None) -> GuardedKlarna:
        """Return the client of the order's account. Raises ConfigurationError, Withheld."""
        client = self.connections.klarna(lease, order, account=account)
        party = account_party(client.account)
        self.gate.admit(party)
        return GuardedKlarna(client=client, gate=self.gate, rates=self.rates, party=party)

    def shop_name(self, shop: ShopId) -> str:
        """Return the shop's identity, as it is part of every key."""
        return self.connections.shop_name(shop)


def _number(order_id: KlarnaOrderId) -> int:
    """Return a number that tells Klarna's orders apart, for the gate's memory."""
    return int.from_bytes(order_id.encode()[-7:], "big")

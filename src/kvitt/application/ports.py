"""What the use cases need of the world, as Protocols.

Adapters fit these by shape and never import them. Every method that can fail
says so with an error of ``domain/errors.py``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from kvitt.domain.ids import KlarnaOrderId, ShopId, StoreOrderId, StoreRefundId
from kvitt.domain.intents import Intent
from kvitt.domain.klarna_order import KlarnaOrder
from kvitt.domain.money import Money
from kvitt.domain.store_order import StoreOrder


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """Klarna's word that a call was carried out."""

    #: ``Capture-Id`` or ``Refund-Id``; empty where the call makes nothing.
    remote_id: str
    correlation_id: str
    status: int


class Clock(Protocol):
    """The time, in UTC."""

    def now(self) -> datetime:
        """Return the present moment, with a zone."""
        ...


class Klarna(Protocol):
    """One merchant account at Klarna."""

    #: ``playground`` or ``live``; part of every key.
    environment: str
    #: Which credentials these are, without saying them; part of every key.
    account: str

    def fetch_order(self, order_id: KlarnaOrderId) -> KlarnaOrder:
        """Read one order. Raises RemoteError, MalformedReply."""
        ...

    def send(self, intent: Intent) -> Receipt:
        """Carry out one intent under its key. Raises RemoteError, MalformedReply.

        ``Unreachable``, ``RateLimited`` and ``Permanent`` mean it was not carried out;
        ``OutcomeUnknown``, ``RemoteFault`` and ``MalformedReply`` that nobody knows.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreNote:
    """An order note in the shop."""

    id: int
    text: str


class Store(Protocol):
    """One shop's orders. Raises RemoteError, MalformedReply, UnreadableOrder."""

    def fetch_order(self, order_id: StoreOrderId) -> StoreOrder:
        """Read an order with its refunds. A trashed order has the status ``trash``."""
        ...

    def fetch_notes(self, order_id: StoreOrderId) -> Sequence[StoreNote]:
        """Read the order's notes."""
        ...

    def add_note(self, order_id: StoreOrderId, text: str) -> int:
        """Add a private note and return its id."""
        ...

    def set_meta(
        self, order_id: StoreOrderId, meta: Mapping[str, str], *, status: str = ""
    ) -> None:
        """Set meta data, and the status where one is given, in one request."""
        ...

    def book_refund(self, order_id: StoreOrderId, amount: Money, reason: str) -> StoreRefundId:
        """Book a refund without calling the gateway (``api_refund=false``)."""
        ...

    def modified_since(self, moment: datetime, *, page: int) -> Sequence[StoreOrderId]:
        """Return a page of ids of orders modified after the moment; empty past the end."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteBack:
    """Something owed to the shop: its own intent, so that a note is written once."""

    id: UUID
    #: Empty where there is no note to write.
    note: str = ""
    meta: Mapping[str, str] = ()  # type: ignore[assignment]
    status: str = ""
    refund: Money | None = None
    refund_reason: str = ""
    #: Tried before: look before writing again.
    attempts: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """The right to work on one order, for a while."""

    order: int
    shop: ShopId
    store_order_id: StoreOrderId
    #: The *wanted* counter when the order was claimed; a later hint makes it larger.
    wanted: int
    #: Who claimed it; every write checks it, so a lost lease cannot write.
    token: UUID
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """What we knew of an order when we last looked."""

    store_digest: str
    store: StoreOrder | None
    klarna: KlarnaOrder | None


class Queue(Protocol):
    """The order rows, as a queue."""

    def want(self, shop: ShopId, order_id: StoreOrderId, *, why: str) -> None:
        """Note that an order may have changed; make it due now."""
        ...

    def claim(self, *, worker: str, lease: timedelta) -> Lease | None:
        """Take the order that has been due longest, or None."""
        ...

    def settle(self, lease: Lease, *, due: datetime | None) -> None:
        """Give the order back, due again then or when a hint comes. Raises LeaseLost."""
        ...

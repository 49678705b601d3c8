"""What the use cases need of the world, as Protocols.

Adapters fit these by shape and never import them. Every method that can fail
says so with an error of ``domain/errors.py``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from kvitt.domain.asks import Answer, Ask
from kvitt.domain.errors import KvittError
from kvitt.domain.ids import CaptureId, KlarnaOrderId, ShopId, StoreOrderId, StoreRefundId
from kvitt.domain.journal import (
    BookedLine,
    Call,
    Case,
    Lease,
    Receipt,
    Snapshot,
    StoreNote,
    WriteBack,
)
from kvitt.domain.klarna_order import DueDateOption, KlarnaOrder
from kvitt.domain.money import Money
from kvitt.domain.plan import Agree, Hold, Plan, Wish
from kvitt.domain.sighting import Sighting
from kvitt.domain.store_order import StoreOrder


class Clock(Protocol):
    """The time, in UTC."""

    def now(self) -> datetime:
        """Return the present moment, with a zone."""
        ...


class Klarna(Protocol):
    """One merchant account at Klarna."""

    @property
    def environment(self) -> str:
        """``playground`` or ``live``; part of every key."""
        ...

    @property
    def account(self) -> str:
        """Which credentials these are, without saying them; part of every key."""
        ...

    def fetch_order(self, order_id: KlarnaOrderId) -> KlarnaOrder:
        """Read one order. Raises RemoteError, MalformedReply."""
        ...

    def fetch_due_date_options(
        self, order_id: KlarnaOrderId, capture_id: CaptureId
    ) -> Sequence[DueDateOption]:
        """Read by how many days a capture's due date can be moved, and for what fee.

        Raises RemoteError, MalformedReply.
        """
        ...

    def send(self, call: Call) -> Receipt:
        """Carry out one call under its key. Raises RemoteError, MalformedReply.

        ``Unreachable``, ``RateLimited`` and ``Permanent`` mean it was not carried out;
        ``OutcomeUnknown``, ``RemoteFault`` and ``MalformedReply`` that nobody knows.
        """
        ...


class Store(Protocol):
    """One shop's orders. Every method raises RemoteError or MalformedReply."""

    def fetch_order(self, order_id: StoreOrderId) -> StoreOrder:
        """Read an order with its refunds; a trashed one has the status ``trash``.

        Raises UnreadableOrder where the shop's figures cannot be understood.
        """
        ...

    def fetch_notes(self, order_id: StoreOrderId) -> Sequence[StoreNote]:
        """Read the order's notes."""
        ...

    def add_note(self, order_id: StoreOrderId, text: str) -> None:
        """Add a private note."""
        ...

    def set_marks(
        self, order_id: StoreOrderId, *, meta: Mapping[str, str], status: str = ""
    ) -> None:
        """Set meta data, and the status where one is given, in one request."""
        ...

    def book_refund(
        self,
        order_id: StoreOrderId,
        amount: Money,
        reason: str,
        *,
        lines: Sequence[BookedLine] = (),
        restock: bool = False,
    ) -> StoreRefundId:
        """Book a refund without calling the gateway (``api_refund=false``)."""
        ...

    def modified_since(self, moment: datetime, *, page: int) -> Sequence[Sighting]:
        """Return a page of orders modified after the moment; empty past the end.

        An order may be on two pages: pages overlap, for orders can leave the list meanwhile.
        """
        ...

    def sight(self, order_ids: Sequence[StoreOrderId]) -> Sequence[Sighting]:
        """Return those of these orders that are there and not in the bin, in any order."""
        ...


class Connections(Protocol):
    """The clients of each shop, made from its stored credentials."""

    def store(self, shop: ShopId) -> Store:
        """Return the shop's client. Raises ConfigurationError."""
        ...

    def klarna(self, lease: Lease, order: StoreOrder, *, account: int | None) -> Klarna:
        """Return the client of the account that made the order, and pin it to the order.

        The account that created an order stays with it. Raises ConfigurationError.
        """
        ...

    def shop_name(self, shop: ShopId) -> str:
        """Return the shop's identity, as it is part of every key."""
        ...


class Queue(Protocol):
    """The order rows, as a queue: one lease an order, and no hint is ever lost."""

    def want(self, shop: ShopId, order_id: StoreOrderId, *, why: str) -> None:
        """Note that an order may have changed; it is due now."""
        ...

    def claim(self, *, worker: str, lease: timedelta) -> Lease | None:
        """Take the order that has been due longest, or None."""
        ...

    def settle(self, lease: Lease, *, due: datetime | None, failed: bool = False) -> None:
        """Give the order back: due then, or at the next hint. Raises LeaseLost.

        An order that was wanted again meanwhile is due at once, whatever is asked.
        """
        ...

    def postpone(self, lease: Lease, *, due: datetime) -> None:
        """Give the order back as it was: it could not be looked at. Raises LeaseLost."""
        ...


class Ledger(Protocol):
    """The journal. Every write checks the lease and raises LeaseLost where it is gone."""

    def load(self, lease: Lease) -> Case:
        """Read everything we remember of the order."""
        ...

    def save_snapshot(self, lease: Lease, snapshot: Snapshot) -> None:
        """Remember both halves as they were just read."""
        ...

    def save_agreement(self, lease: Lease, agree: Agree) -> None:
        """Remember the shop's lines as the ones Klarna has agreed to."""
        ...

    def save_plan(self, lease: Lease, plan: Plan) -> None:
        """Remember the latest plan, for the console; a hold parks the order."""
        ...

    def save_wish(self, lease: Lease, wish: Wish, *, wanted: bool) -> None:
        """Remember, or forget, what is still wanted."""
        ...

    def record_planned(self, lease: Lease, call: Call, *, ask: Ask | None = None) -> None:
        """Store a call before it is sent. A call of the same id is stored once.

        With the ask it is for, in one: from then on the ask has this call, and is not
        planned anew unless the call is certainly not carried out.
        """
        ...

    def record_sent(self, lease: Lease, call: Call) -> None:
        """Note that the call is about to be sent, durably, and count the attempt."""
        ...

    def record_done(
        self, lease: Lease, call: Call, receipt: Receipt, owed: Sequence[WriteBack]
    ) -> None:
        """Settle a call as carried out, and owe the shop the report of it, together."""
        ...

    def record_refused(self, lease: Lease, call: Call, error: KvittError) -> None:
        """Settle a call as certainly not carried out."""
        ...

    def record_refused_in_doubt(
        self, lease: Lease, call: Call, error: KvittError, *, until: datetime
    ) -> None:
        """Note a refusal that proves nothing yet: an earlier attempt may still arrive.

        The call stays unknown, and is left alone until the time given.
        """
        ...

    def record_unsent(self, lease: Lease, call: Call, error: KvittError) -> None:
        """Note that an attempt certainly did nothing, and that the same call goes again."""
        ...

    def record_unknown(self, lease: Lease, call: Call, error: KvittError) -> None:
        """Note that nobody knows what became of a call."""
        ...

    def record_parked(self, lease: Lease, call: Call, hold: Hold) -> None:
        """Stop asking what became of a call: a person has to."""
        ...

    def rotate_key(self, lease: Lease, call: Call, *, key: UUID, epoch: int) -> bool:
        """Give a forgotten call a new key, if its epoch is still the one given before."""
        ...

    def owe(self, lease: Lease, owed: Sequence[WriteBack]) -> None:
        """Owe the shop something; what is owed or written already is not owed again."""
        ...

    def record_write_attempt(self, lease: Lease, write_back: WriteBack) -> None:
        """Note that a write to the shop is about to be sent."""
        ...

    def record_booked(self, lease: Lease, refund: StoreRefundId, amount: Money) -> None:
        """Remember a refund that we have booked in the shop, as one that was seen there."""
        ...

    def record_written(self, lease: Lease, write_back: WriteBack, *, outcome: str) -> None:
        """Settle what was owed to the shop: written, found, overtaken or rejected."""
        ...

    def record_adopted(self, lease: Lease, remote_id: str, owed: Sequence[WriteBack]) -> None:
        """Remember what was done elsewhere at Klarna, and owe the shop the report of it."""
        ...

    def settle_ask(self, lease: Lease, ask: Ask, answer: Answer) -> None:
        """Give an ask its final answer."""
        ...

    def record_matched(self, lease: Lease) -> None:
        """Note that the order was read anew since a backup was put back."""
        ...

    def record_event(self, lease: Lease, what: str, text: str) -> None:
        """Add a row to the order's timeline."""
        ...

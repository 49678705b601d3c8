"""A shop's books, as lean as a run needs them: orders, refunds, notes, and who wrote what.

Written from woocommerce-facts.md. Every change is announced by a webhook, which carries
nothing but the order's id here: kvitt does not trust its body anyway.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from kvitt.domain.errors import NotFound, Rejected
from kvitt.domain.ids import KlarnaOrderId, StoreOrderId, StoreRefundId
from kvitt.domain.journal import StoreNote
from kvitt.domain.money import Money
from kvitt.domain.sighting import Sighting
from kvitt.domain.store_order import Address, LineKind, StoreLine, StoreOrder, StoreRefund
from simulation.schedule import START

CURRENCY = "SEK"


@dataclass(slots=True)
class ShopBooks:
    """Everything one shop knows, and what has been asked of it ever."""

    orders: dict[StoreOrderId, StoreOrder] = field(default_factory=dict)
    notes: dict[StoreOrderId, list[StoreNote]] = field(default_factory=dict)
    #: Refunds that people booked in the shop, ever: what they may get back altogether.
    asked_refunds: dict[StoreOrderId, dict[int, int]] = field(default_factory=dict)
    #: The status an order had before it was put in the bin.
    binned: dict[StoreOrderId, str] = field(default_factory=dict)
    #: Every note kvitt has added, ever, whether or not it was told that it had.
    added: list[tuple[StoreOrderId, str]] = field(default_factory=list)
    #: Called with the order after every change.
    announce: Callable[[StoreOrderId], None] = lambda order_id: None  # noqa: ARG005
    _next_id: int = 5000

    def place(self, order: StoreOrder, *, now: datetime) -> None:
        """Take a new order in."""
        self.notes[order.id] = []
        self.asked_refunds[order.id] = {}
        self._put(order, now=now)

    def read(self, order_id: StoreOrderId) -> StoreOrder:
        """Return an order. Raises NotFound."""
        order = self.orders.get(order_id)
        if order is None:
            raise NotFound("the shop answered 404", status=404)
        return order

    def change(self, order_id: StoreOrderId, *, now: datetime, **fields: object) -> None:
        """Change fields of an order, if it is there."""
        order = self.orders.get(order_id)
        if order is not None:
            # The fields are those of the dataclass, which checks them.
            self._put(replace(order, **fields), now=now)  # type: ignore[arg-type]

    def refund(
        self, order_id: StoreOrderId, minor: int, *, now: datetime, reason: str = ""
    ) -> StoreRefund:
        """Book a refund, at most of what the order still comes to. Raises Rejected."""
        order = self.read(order_id)
        booked = sum(refund.amount.minor for refund in order.refunds)
        if not 0 < minor <= order.total.minor - booked:
            raise Rejected("the shop answered 400 invalid refund amount", status=400)
        self._next_id += 1
        refund = StoreRefund(
            id=StoreRefundId(self._next_id),
            amount=Money(minor, CURRENCY),
            reason=reason,
            created_at=now,
        )
        self._put(replace(order, refunds=(*order.refunds, refund)), now=now)
        return refund

    def add_note(self, order_id: StoreOrderId, text: str, *, now: datetime) -> None:
        """Add a note. Raises NotFound."""
        self.read(order_id)
        self._next_id += 1
        self.notes[order_id].append(StoreNote(id=self._next_id, text=text, created_at=now))
        self.added.append((order_id, text))

    def bin(self, order_id: StoreOrderId, *, now: datetime) -> None:
        """Put an order in the bin."""
        order = self.orders.get(order_id)
        if order is not None and order.status != "trash":
            self.binned[order_id] = order.status
            self._put(replace(order, status="trash"), now=now)

    def restore(self, order_id: StoreOrderId, *, now: datetime) -> None:
        """Take an order out of the bin."""
        status = self.binned.pop(order_id, "")
        if status and order_id in self.orders:
            self._put(replace(self.orders[order_id], status=status), now=now)

    def delete(self, order_id: StoreOrderId) -> None:
        """Delete an order for good; no webhook tells of it (woocommerce-facts.md §10)."""
        self.orders.pop(order_id, None)
        self.binned.pop(order_id, None)

    def modified_since(self, moment: datetime) -> list[Sighting]:
        """Return the orders that have changed since, by id; without those in the bin."""
        return [
            sighting_of(order)
            for _, order in sorted(self.orders.items())
            if order.modified_at >= moment and order.status != "trash"
        ]

    def _put(self, order: StoreOrder, *, now: datetime) -> None:
        whole = now.replace(microsecond=0)
        self.orders[order.id] = replace(order, modified_at=whole)
        self.announce(order.id)


def sighting_of(order: StoreOrder) -> Sighting:
    """Return an order as a list shows it."""
    refunds = ",".join(str(refund.id) for refund in order.refunds)
    mark = f"{order.status} {order.total.minor} {refunds} {order.modified_at:%H:%M:%S}"
    return Sighting(id=order.id, modified_at=order.modified_at, mark=mark)


def lines_of(minor: int) -> tuple[StoreLine, ...]:
    """Return one line that comes to an amount, with a quarter's tax on it."""
    tax = minor // 5
    return (
        StoreLine(
            id=1,
            kind=LineKind.PRODUCT,
            name="Mug",
            reference="MUG",
            quantity=1,
            subtotal=Decimal(minor - tax).scaleb(-2),
            subtotal_tax=Decimal(tax).scaleb(-2),
            total=Decimal(minor - tax).scaleb(-2),
            total_tax=Decimal(tax).scaleb(-2),
            rates=(Decimal(25),),
        ),
    )


def new_order(order_id: int, *, minor: int, klarna_id: KlarnaOrderId) -> StoreOrder:
    """Return a paid order that waits to be shipped."""
    return StoreOrder(
        id=StoreOrderId(order_id),
        number=str(order_id),
        status="processing",
        total=Money(minor, CURRENCY),
        lines=lines_of(minor),
        payment_method="klarna_payments",
        klarna_order_id=klarna_id,
        paid=True,
        modified_at=START,
        environment="test",
        country="SE",
        shipping_address=Address(given_name="Astrid", country="SE"),
    )

"""An order as the sandbox's Klarna keeps it: values only, never changed in place.

Law: sums are worked out, not stored, so the books cannot disagree with themselves
(klarna-api.md §7.2, invariants B, C, F and G hold by construction).
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from kvitt.sandbox.klarna import clock

Json = dict[str, Any]


class Status(StrEnum):
    """Where an order is (§7)."""

    AUTHORIZED = "AUTHORIZED"
    PART_CAPTURED = "PART_CAPTURED"
    CAPTURED = "CAPTURED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    CLOSED = "CLOSED"


class FraudStatus(StrEnum):
    """What the risk review said, or that it is still going on (§10)."""

    ACCEPTED = "ACCEPTED"
    PENDING = "PENDING"
    REJECTED = "REJECTED"
    STOPPED = "STOPPED"


#: Statuses in which something of the authorization may be left.
OPEN = frozenset({Status.AUTHORIZED, Status.PART_CAPTURED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """One claim on the authorization, with the addresses as they were then (§5.5)."""

    capture_id: str
    klarna_reference: str
    captured_amount: int
    captured_at: datetime
    description: str = ""
    reference: str | None = None
    order_lines: tuple[Json, ...] = ()
    refunded_amount: int = 0
    billing_address: Json | None = None
    shipping_address: Json | None = None
    shipping_info: tuple[Json, ...] = ()
    #: Days the customer's due date was moved by, and what that cost the merchant.
    extended_days: int = 0
    send_outs: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Refund:
    """Captured money given back (§5.6)."""

    refund_id: str
    refunded_amount: int
    refunded_at: datetime
    description: str = ""
    reference: str | None = None
    order_lines: tuple[Json, ...] = ()
    #: Whether the refund could be booked against a capture's invoice (§8.2).
    allocated: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One line of an order's history, for the pages and the control API."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One order of one merchant."""

    order_id: str
    merchant_id: str
    klarna_reference: str
    order_amount: int
    original_order_amount: int
    purchase_currency: str
    purchase_country: str
    locale: str
    created_at: datetime
    expires_at: datetime
    status: Status = Status.AUTHORIZED
    fraud_status: FraudStatus = FraudStatus.ACCEPTED
    order_lines: tuple[Json, ...] = ()
    merchant_reference1: str | None = None
    merchant_reference2: str | None = None
    customer: Json | None = None
    billing_address: Json | None = None
    shipping_address: Json | None = None
    merchant_data: str | None = None
    payment_method: Json | None = None
    captures: tuple[Capture, ...] = ()
    refunds: tuple[Refund, ...] = ()
    shipping_info: tuple[Json, ...] = ()
    acknowledged: bool = False
    #: When a pending fraud review ends by itself, and how.
    review_ends_at: datetime | None = None
    review_outcome: FraudStatus = FraudStatus.ACCEPTED
    rejected_at: datetime | None = None
    notification_url: str | None = None
    history: tuple[Event, ...] = ()

    @property
    def captured_amount(self) -> int:
        """What was captured (invariant B)."""
        return sum(capture.captured_amount for capture in self.captures)

    @property
    def refunded_amount(self) -> int:
        """What was given back (invariant C)."""
        return sum(refund.refunded_amount for refund in self.refunds)

    @property
    def remaining_authorized_amount(self) -> int:
        """What may still be captured (invariants F and G)."""
        return self.order_amount - self.captured_amount if self.status in OPEN else 0

    @property
    def payment_type(self) -> str:
        """The kind of `initial_payment_method`, such as INVOICE."""
        return str((self.payment_method or {}).get("type", ""))

    def capture(self, capture_id: str) -> Capture | None:
        """Return one capture by its id."""
        return next((c for c in self.captures if c.capture_id == capture_id), None)

    def refund(self, refund_id: str) -> Refund | None:
        """Return one refund by its id."""
        return next((r for r in self.refunds if r.refund_id == refund_id), None)

    def with_capture(self, changed: Capture) -> "Order":
        """Return the order with one capture replaced by its changed self."""
        same = changed.capture_id
        swapped = tuple(changed if c.capture_id == same else c for c in self.captures)
        return replace(self, captures=swapped)

    def told(self, text: str, *, at: datetime, by: str) -> "Order":
        """Return the order with a line added to its history."""
        return replace(self, history=(*self.history, Event(at=at, by=by, text=text)))


_PARTS: dict[str, type[Any]] = {"captures": Capture, "refunds": Refund, "history": Event}
_WORDS: dict[str, type[StrEnum]] = {
    "status": Status,
    "fraud_status": FraudStatus,
    "review_outcome": FraudStatus,
}
#: `at` and everything that ends in `_at` is a moment.
_MOMENT = "at"


def shallow(value: Any) -> Json:
    """Return the fields of a value by name, as they are: `asdict` would copy every line."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def to_record(value: Any) -> Json:
    """Write an order, or a part of one, as JSON for the store and for dumps."""
    return {name: _plain(item) for name, item in shallow(value).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.render(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, (Capture, Refund, Event)):
        return to_record(value)
    return value


def from_record(record: Json) -> Order:
    """Read back what `to_record` wrote."""
    return Order(**{name: _read(name, value) for name, value in record.items()})


def _read(name: str, value: Any) -> Any:
    if name in _PARTS:
        part = _PARTS[name]
        return tuple(part(**{n: _read(n, v) for n, v in item.items()}) for item in value)
    if name in _WORDS:
        return _WORDS[name](value)
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, str) and name.rpartition("_")[2] == _MOMENT:
        return clock.parse(value)
    return value

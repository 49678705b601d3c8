"""What Klarna says: one order of Order Management v1, and what our calls do to it.

Shapes and states are those of klarna-api.md §5.4 and §7.
``adapters/klarna/translate.py`` makes these values from Klarna's replies.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kvitt.domain.ids import CaptureId, KlarnaOrderId, RefundId
from kvitt.domain.money import Money


class KlarnaStatus(StrEnum):
    """``status`` of the order."""

    AUTHORIZED = "AUTHORIZED"
    PART_CAPTURED = "PART_CAPTURED"
    CAPTURED = "CAPTURED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    CLOSED = "CLOSED"

    @property
    def in_words(self) -> str:
        """Return the status as a sentence has it."""
        return "partly captured" if self is self.PART_CAPTURED else self.value.lower()


class FraudStatus(StrEnum):
    """``fraud_status`` of the order. STOPPED is seen by plugins only."""

    ACCEPTED = "ACCEPTED"
    PENDING = "PENDING"
    REJECTED = "REJECTED"
    STOPPED = "STOPPED"


@dataclass(frozen=True, kw_only=True, slots=True)
class KlarnaCapture:
    """Money claimed. ``klarna_reference`` is the invoice number people see."""

    id: CaptureId
    klarna_reference: str
    amount: Money
    captured_at: datetime | None
    reference: str = ""
    #: ``reference`` of each line sent with the capture: what refunds are matched by.
    line_references: tuple[str, ...] = ()
    refunded: Money
    #: Tracking numbers that have been announced: Klarna appends, so none is sent twice.
    tracking: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class KlarnaRefund:
    """Money given back."""

    #: Empty on old orders (klarna-api.md §5.6).
    id: RefundId
    amount: Money
    refunded_at: datetime | None
    reference: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DueDateOption:
    """More time that Klarna would give the customer to pay a capture, and its price."""

    number_of_days: int
    #: Paid by the shop.
    fee: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class KlarnaLine:
    """An order line as Klarna shows it, for people to compare with the shop's."""

    reference: str
    name: str
    quantity: int
    #: With tax, in minor units of the order's currency.
    total_amount: int
    #: What people are shown besides; None where Klarna does not say it. Two lines are the same
    #: without it, for checkout plugins round each in their own way (HOUSE §5).
    unit_price: int | None = field(default=None, compare=False)
    total_tax_amount: int | None = field(default=None, compare=False)
    #: Percent with two implied decimals: 2500 is 25 %.
    tax_rate: int | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class KlarnaOrder:
    """One order as Klarna has it now."""

    id: KlarnaOrderId
    status: KlarnaStatus
    fraud_status: FraudStatus
    order_amount: Money
    original_order_amount: Money
    captured: Money
    refunded: Money
    #: Always read, never computed: after a release it is not order_amount − captured.
    remaining: Money
    merchant_reference1: str = ""
    merchant_reference2: str = ""
    klarna_reference: str = ""
    captures: tuple[KlarnaCapture, ...] = ()
    refunds: tuple[KlarnaRefund, ...] = ()
    created_at: datetime | None = None
    expires_at: datetime | None = None
    purchase_country: str = ""
    #: ``initial_payment_method.type`` and ``.description``.
    payment_method: str = ""
    payment_method_name: str = ""
    #: Shown and never judged by: what was agreed on is (``fingerprint.py``). So two records
    #: that differ in nothing else are the same.
    lines: tuple[KlarnaLine, ...] = field(default=(), compare=False)

    @property
    def currency(self) -> str:
        """``purchase_currency``."""
        return self.order_amount.currency

    @property
    def refundable(self) -> Money:
        """Captured and not yet refunded."""
        return self.captured - self.refunded

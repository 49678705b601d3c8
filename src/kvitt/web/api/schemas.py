"""What the API gives, as types from which its document is made.

Money is an object: ``amount`` in major units as text, ``minor`` as a whole number of the
currency's smallest unit. Times are UTC. A field that has no value is null, never missing.
"""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from kvitt.domain.money import Money


class Amount(Schema):
    """An amount of money."""

    amount: str = Field(examples=["299.00"])
    minor: int = Field(examples=[29900])
    currency: str = Field(examples=["SEK"])


def amount_of(money: Money | None) -> Amount | None:
    """Return an amount as the API gives it."""
    if money is None:
        return None
    return Amount(amount=str(money.major()), minor=money.minor, currency=money.currency)


def exactly(money: Money) -> Amount:
    """Return an amount that there is."""
    return Amount(amount=str(money.major()), minor=money.minor, currency=money.currency)


class ShopOut(Schema):
    """A connected shop."""

    id: int
    name: str
    url: str
    state: str


class AccountOut(Schema):
    """A Klarna account of a shop, without its credentials."""

    id: int
    shop_id: int
    label: str
    region: str
    #: playground or live.
    environment: str


class OrderOut(Schema):
    """An order as both halves were last read."""

    id: int
    number: str
    shop_id: int
    store_order_id: int
    klarna_order_id: str
    customer: str
    store_status: str
    klarna_status: str
    #: working, in_step, held or guarded.
    state: str
    total: Amount | None
    authorized: Amount | None
    captured: Amount | None
    refunded: Amount | None
    remaining: Amount | None
    created_at: datetime
    looked_at: datetime | None
    expires_at: datetime | None
    hold: "HoldOut | None"


class HoldOut(Schema):
    """What an order waits for a person for."""

    code: str
    text: str
    amount: Amount | None
    since: datetime | None


class OrderPage(Schema):
    """A page of orders, newest first."""

    items: list[OrderOut]
    #: For ``cursor``; null at the end.
    next: str | None
    previous: str | None


class Share(Schema):
    """Pieces and what they come to, tax included."""

    quantity: int
    amount: Amount


class LineOut(Schema):
    """A line with what became of it and what still can."""

    #: Null for what belongs to the whole order, such as a discount.
    id: int | None
    reference: str
    name: str
    ordered: Share
    captured: Share
    refunded: Share
    to_capture: Share
    to_refund: Share


class CaptureOut(Schema):
    """Money that was claimed."""

    id: str
    invoice_number: str
    amount: Amount
    refunded: Amount
    captured_at: datetime | None
    tracking: list[str]


class RefundOut(Schema):
    """Money that was given back."""

    id: str
    amount: Amount
    reference: str
    description: str
    refunded_at: datetime | None


class OrderDetail(OrderOut):
    """An order with its lines, captures and refunds."""

    #: Why it waits for a service that is left alone for now; empty where it does not.
    waits_for: str
    lines: list[LineOut]
    captures: list[CaptureOut]
    refunds: list[RefundOut]


class PlanOut(Schema):
    """What kvitt would do with an order, and why."""

    in_step: bool
    #: Each with its ``kind``, ``reason`` and, for a call, the ``body`` Klarna would be sent.
    steps: list[dict[str, Any]]
    hold: dict[str, Any] | None
    guard: str | None
    wanted: str
    reason: str


class ReviewOut(Schema):
    """What a request would do, were it asked for now."""

    #: What it would move; give its ``minor`` as ``expects`` when you ask.
    expects: Amount | None
    plan: PlanOut


class IntentOut(Schema):
    """A call to Klarna, as the journal has it."""

    id: UUID
    order_id: int
    kind: str
    #: planned, sent, done, refused, unknown or parked.
    state: str
    amount: Amount
    reference: str
    reason: str
    actor: str
    attempts: int
    klarna_id: str
    correlation_id: str
    error_code: str
    error_messages: list[str]
    created_at: datetime
    last_sent_at: datetime | None
    settled_at: datetime | None


class IntentPage(Schema):
    """A page of calls, newest first."""

    items: list[IntentOut]
    next: str | None


class OfferOut(Schema):
    """More time that Klarna would give the customer, and what it costs the shop."""

    days: int
    fee: Amount


class RequestOut(Schema):
    """What was asked for, and where it stands."""

    id: UUID
    order_id: int
    command: str
    #: waiting is on its way: ask again, and never under another key.
    state: Literal["waiting", "done", "refused", "withdrawn"]
    answer: str
    asked_at: datetime
    actor: str
    offers: list[OfferOut]
    plan: PlanOut | None = None


class RequestPage(Schema):
    """A page of requests, newest first."""

    items: list[RequestOut]
    next: str | None


class SparsePage(Schema):
    """A page of rows with those fields only that ``fields`` names."""

    items: list[dict[str, Any]]
    next: str | None
    #: Of orders alone: other lists are read in one direction.
    previous: str | None = None


class HoldPage(Schema):
    """A page of orders that wait for a person, the longest first."""

    items: list[OrderOut]
    next: str | None


class Summary(Schema):
    """How many orders stand where."""

    states: dict[str, int]


class DayOut(Schema):
    """What was captured and refunded on one day, counted in UTC."""

    day: date
    captures: int
    captured: Amount
    refunds: int
    refunded: Amount


class DaysOut(Schema):
    """Figures of one currency, a row for each day, the oldest first."""

    currency: str
    #: Others that there is anything to sum of, the most used first.
    currencies: list[str]
    days: list[DayOut]


class GatewayOut(Schema):
    """What became of a refund that the shop asks for."""

    #: waiting: keep the refund; kvitt answers for it, on the order's note where it fails.
    state: Literal["done", "refused", "waiting"]
    #: For the order screen, where it was refused.
    reason: str
    klarna_refund_id: str


OrderOut.model_rebuild()

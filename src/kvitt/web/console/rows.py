"""One order as a row of a list."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _t

from kvitt.adapters.database.models import Order, OrderState
from kvitt.domain.money import Money
from kvitt.web.console import sentences, text, words
from kvitt.web.console.question import SOON
from kvitt.web.console.words import Badge


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What a list shows of an order."""

    order: Order
    number: str
    store: Badge
    klarna: Badge
    fraud: Badge | None
    total: Money | None
    captured: Money | None
    refunded: Money | None
    #: What a person should know before opening it, and how it is marked; none mostly.
    remark: str
    flag: Badge | None


def row_of(order: Order, *, now: datetime, waits: str = "") -> Row:
    """Return the row of an order; ``waits`` is what it waits for, where no person is asked."""
    remark, flag = _remark(order, now=now)
    if waits and flag is not words.NEEDS_ATTENTION:
        remark, flag = sentences.say(waits).text, words.WAITS
    return Row(
        order=order,
        number=number_of(order),
        store=words.store_status(order.store_status),
        klarna=words.klarna_status(order.klarna_status, read=order.looked_at is not None),
        fraud=words.fraud_status(order.fraud_status),
        total=order.total,
        captured=order.captured,
        refunded=order.refunded,
        remark=remark,
        flag=flag,
    )


def number_of(order: Order) -> str:
    """Return what people call the order; the shop's id until it has been read."""
    return order.number or str(order.store_order_id)


def expires_soon(order: Order, *, now: datetime) -> bool:
    """Say whether authorized money will soon be lost."""
    return bool(order.remaining_minor and order.expires_at and order.expires_at - now <= SOON)


def _remark(order: Order, *, now: datetime) -> tuple[str, Badge | None]:
    if order.state == OrderState.HELD.value:
        return order.hold_text, words.NEEDS_ATTENTION
    if order.expires_at is None or not expires_soon(order, now=now):
        return "", None
    if order.expires_at <= now:
        return _t("The authorization has ended."), words.EXPIRED
    left = text.span(order.expires_at - now)
    said = _t("The authorization ends in %(span)s.") % {"span": left}
    return said, words.EXPIRES_SOON

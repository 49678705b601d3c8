"""Klarna's order, from its JSON to our value. Pure.

The law: amounts, status and currency must be there, for decisions rest on them; what
people read may be missing, for Klarna leaves out what is empty (klarna-api.md §5).
An unknown status is refused: a decision about a state nobody has described would be a
guess.
"""

from enum import StrEnum
from typing import TypeVar

from kvitt.adapters.fields import Fields
from kvitt.domain.errors import MalformedReply
from kvitt.domain.ids import CaptureId, KlarnaOrderId, RefundId
from kvitt.domain.klarna_order import (
    DueDateOption,
    FraudStatus,
    KlarnaCapture,
    KlarnaLine,
    KlarnaOrder,
    KlarnaRefund,
    KlarnaStatus,
)
from kvitt.domain.lines import LINES_LIMIT, TEXT_LIMIT
from kvitt.domain.money import Money

_CURRENCY_LETTERS = 3

Word = TypeVar("Word", bound=StrEnum)


def parse_order(order: Fields, *, asked: KlarnaOrderId) -> KlarnaOrder:
    """Return the order; it must be the one that was asked for."""
    order_id = order.text("order_id", None)
    if order_id.lower() != asked.lower():
        raise MalformedReply("Klarna answered with another order")
    currency = _currency(order, "purchase_currency")
    amount = _money(order, "order_amount", currency)
    method = order.child("initial_payment_method")
    return KlarnaOrder(
        id=asked,
        status=_word(order, "status", KlarnaStatus),
        fraud_status=_word(order, "fraud_status", FraudStatus),
        order_amount=amount,
        original_order_amount=_money(order, "original_order_amount", currency, missing=amount),
        captured=_money(order, "captured_amount", currency),
        refunded=_money(order, "refunded_amount", currency),
        remaining=_money(order, "remaining_authorized_amount", currency),
        merchant_reference1=order.text("merchant_reference1"),
        merchant_reference2=order.text("merchant_reference2"),
        klarna_reference=order.text("klarna_reference"),
        captures=tuple(_capture(item, currency) for item in order.children("captures")),
        refunds=tuple(_refund(item, currency) for item in order.children("refunds")),
        created_at=order.moment("created_at"),
        expires_at=order.moment("expires_at"),
        purchase_country=order.text("purchase_country").upper(),
        payment_method=method.text("type"),
        payment_method_name=method.text("description"),
        lines=_lines(order),
    )


def parse_due_date_options(offered: Fields) -> tuple[DueDateOption, ...]:
    """Return by how many days a due date can be moved, and what each costs, shortest first.

    Where Klarna offers nothing there is nothing to read: no currency either.
    """
    options = offered.children("options")
    currency = _currency(offered, "currency") if options else ""
    found = (
        DueDateOption(
            number_of_days=item.whole("number_of_days"), fee=_money(item, "amount", currency)
        )
        for item in options
    )
    return tuple(sorted(found, key=lambda option: option.number_of_days))


def _lines(order: Fields) -> tuple[KlarnaLine, ...]:
    """Return the lines that people are shown; none where they cannot be read."""
    try:
        return tuple(
            KlarnaLine(
                reference=item.text("reference")[:TEXT_LIMIT],
                name=item.text("name")[:TEXT_LIMIT],
                quantity=item.whole("quantity"),
                total_amount=item.whole("total_amount"),
                unit_price=_figure(item, "unit_price"),
                total_tax_amount=_figure(item, "total_tax_amount"),
                tax_rate=_figure(item, "tax_rate"),
            )
            for item in order.children("order_lines")[:LINES_LIMIT]
        )
    except MalformedReply:
        return ()


def _figure(line: Fields, name: str) -> int | None:
    return line.whole(name) if name in line else None


def _capture(item: Fields, currency: str) -> KlarnaCapture:
    nothing = Money.zero(currency)
    return KlarnaCapture(
        id=CaptureId(item.text("capture_id", None)),
        klarna_reference=item.text("klarna_reference"),
        amount=_money(item, "captured_amount", currency),
        captured_at=item.moment("captured_at"),
        reference=item.text("reference"),
        tracking=tuple(
            number
            for parcel in item.children("shipping_info")
            if (number := parcel.text("tracking_number"))
        ),
        line_references=tuple(
            reference
            for line in item.children("order_lines")
            if (reference := line.text("reference"))
        ),
        refunded=_money(item, "refunded_amount", currency, missing=nothing),
    )


def _refund(item: Fields, currency: str) -> KlarnaRefund:
    return KlarnaRefund(
        # Missing on old orders (klarna-api.md §5.6).
        id=RefundId(item.text("refund_id")),
        amount=_money(item, "refunded_amount", currency),
        refunded_at=item.moment("refunded_at"),
        reference=item.text("reference"),
        description=item.text("description"),
    )


def _currency(item: Fields, name: str) -> str:
    # Klarna's own examples write it in lower case (klarna-api.md §5).
    code = item.text(name, None).upper()
    if not (len(code) == _CURRENCY_LETTERS and code.isascii() and code.isalpha()):
        raise MalformedReply(f"{item.where}.{name} is not a currency")
    return code


def _money(item: Fields, name: str, currency: str, *, missing: Money | None = None) -> Money:
    if missing is not None and name not in item:
        return missing
    minor = item.whole(name)
    if minor < 0:
        raise MalformedReply(f"{item.where}.{name} is below zero")
    return Money(minor, currency)


def _word(order: Fields, name: str, words: type[Word]) -> Word:
    text = order.text(name, None)
    try:
        return words(text.upper())
    except ValueError as error:
        # A word of Klarna's vocabulary, not of a customer's: safe to show, cut to be sure.
        message = f"order.{name} is {text[:40]!r}, which is not a {name} we know"
        raise MalformedReply(message) from error

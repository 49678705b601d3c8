"""Refunds as the shop books them: what may be refunded, and the refund itself.

Amounts and lines are not compared, as in WooCommerce (woocommerce-facts.md §7). Only
`book` and `book_remainder` write here; what follows a refund is in `refunds`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar

from kvitt.sandbox.shop import returnfees, totals
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.records import (
    REFUNDED_ITEM_KEY,
    ZERO,
    FeeLine,
    Item,
    ItemTax,
    LineItem,
    Meta,
    Order,
    Refund,
    ShippingLine,
    refunded_item_id,
)
from kvitt.sandbox.shop.refusals import ShopError
from kvitt.sandbox.shop.returnfees import ReturnFee

FULLY = "Order fully refunded."
Kind = TypeVar("Kind", LineItem, ShippingLine, FeeLine)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    """What is given back of one item: a quantity, an amount without tax, and tax by rate."""

    item_id: int
    quantity: int = 0
    total: Decimal = ZERO
    taxes: Mapping[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """A refund somebody asks for."""

    #: Including tax. None is accepted, and books a refund of no amount.
    amount: Decimal | None
    reason: str = ""
    lines: tuple[RefundLine, ...] = ()
    through_gateway: bool = False
    restock: bool = True
    by: int = 1
    #: What is kept of the amount; only the order screen's form can say so.
    fee: ReturnFee | None = None


def refunded_amount(bench: Bench, order_id: int) -> Decimal:
    """Return what has been refunded of an order."""
    return sum((r.amount or ZERO for r in bench.books.refunds(order_id)), ZERO)


def remaining(bench: Bench, order: Order) -> Decimal:
    """Return what may still be refunded of an order."""
    return order.total - refunded_amount(bench, order.id)


def refunded_items(bench: Bench, order_id: int, item_id: int) -> Iterable[Item]:
    """Yield what refunds gave back of one item."""
    for refund in bench.books.refunds(order_id):
        for item in refund.items():
            if refunded_item_id(item) == item_id:
                yield item


def check(bench: Bench, order: Order, request: RefundRequest) -> None:
    """Raise when a refund is more than what is left."""
    amount = request.amount or ZERO
    if amount < 0 or amount > remaining(bench, order):
        raise ShopError("Invalid refund amount.", code="cannot_create_order_refund", status=500)


def book(bench: Bench, order: Order, request: RefundRequest) -> Refund:
    """Write a refund into the books and return it."""
    amount = request.amount or ZERO
    kind = "partial" if remaining(bench, order) - amount > 0 else "full"
    books = bench.books
    refund_id = books.next_id_of(Refund)
    asked = {line.item_id: line for line in request.lines if _asks(line)}
    refund = Refund(
        id=refund_id,
        order_id=order.id,
        created=books.now(),
        amount=request.amount,
        currency=order.currency,
        reason=request.reason,
        refunded_by=request.by,
        type=kind,
        meta=(Meta(id=books.next_id("meta"), key="_refund_type", value=kind),),
        lines=_given_back(bench, order.lines, asked),
        shipping_lines=_given_back(bench, order.shipping_lines, asked),
        fees=_given_back(bench, order.fees, asked),
    )
    refund = returnfees.with_fee(bench, order, refund, request.fee)
    return books.put(_with_tax_lines(bench, refund))


def book_remainder(bench: Bench, order: Order) -> Refund | None:
    """Book what is left as one refund without lines, as setting the status by hand does.

    What refunds kept as a fee is not given back by that.
    """
    kept = sum((returnfees.kept(refund) for refund in bench.books.refunds(order.id)), ZERO)
    left = remaining(bench, order) - kept
    if left <= 0:
        return None
    return book(bench, order, RefundRequest(amount=left, reason=FULLY))


def _asks(line: RefundLine) -> bool:
    return bool(line.quantity or line.total or line.taxes)


def _given_back(
    bench: Bench, items: tuple[Kind, ...], asked: Mapping[int, RefundLine]
) -> tuple[Kind, ...]:
    return tuple(_negative(bench, item, asked[item.id]) for item in items if item.id in asked)


def _negative(bench: Bench, item: Kind, line: RefundLine) -> Kind:
    of_product = isinstance(item, LineItem)
    taxes = tuple(
        ItemTax(rate_id=rate_id, total=-tax, subtotal=-tax if of_product else None)
        for rate_id, tax in line.taxes.items()
        if tax
    )
    mark = Meta(id=bench.books.next_id("item_meta"), key=REFUNDED_ITEM_KEY, value=str(item.id))
    back = replace(
        item, id=bench.books.next_id("item"), total=-line.total, taxes=taxes, meta=(mark,)
    )
    if isinstance(back, LineItem):
        return replace(back, subtotal=-line.total, quantity=-line.quantity)
    return back


def _with_tax_lines(bench: Bench, refund: Refund) -> Refund:
    reckoning = bench.reckoning()
    cart, shipping = totals.sums_by_rate(refund.items(), reckoning.settings)
    lines = totals.tax_lines(cart, shipping, before=(), reckoning=reckoning)
    return replace(refund, tax_lines=lines)

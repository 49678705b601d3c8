"""The sums under the order items, in WooCommerce's words, and the order's refunds."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from kvitt.sandbox.shop import returnfees
from kvitt.sandbox.shop.records import ZERO, Order, Refund
from kvitt.sandbox.shop.screen.pages import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One line of the block: what it is called, how much, and a remark below."""

    label: str
    amount: str
    remark: str = ""
    is_strong: bool = False
    is_refund: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRow:
    """A refund as it stands under the items."""

    id: int
    title: str
    reason: str
    amount: str
    #: What was asked for, kept and paid out, as the plugin tells it; empty without a fee.
    fee: str = ""


def build(visit: Visit, order: Order) -> list[Sum]:
    """Return the lines of the block from top to bottom."""
    return [*_parts(visit, order), _total(visit, order), *_payment(visit, order)]


def refunded(visit: Visit, order: Order) -> Decimal:
    """Return what has been refunded of an order so far."""
    return order.total - visit.desk.remaining_refundable(order.id)


def refund_rows(visit: Visit, order: Order) -> Sequence[RefundRow]:
    """Return the order's refunds, the newest first."""
    return [
        RefundRow(
            id=refund.id,
            title=f"Refund #{refund.id} - {visit.clock_text(refund.created)} "
            f"by {visit.asides.user}",
            reason=refund.reason,
            amount=visit.shown(-(refund.amount or ZERO), order.currency),
            fee=_three_figures(visit, order, refund),
        )
        for refund in visit.desk.books.refunds(order.id)
    ]


def _parts(visit: Visit, order: Order) -> list[Sum]:
    def line(label: str, amount: Decimal) -> Sum:
        return Sum(label=label, amount=visit.shown(amount, order.currency))

    parts = [line("Items Subtotal:", sum((x.subtotal for x in order.lines), ZERO))]
    if order.discount_total or order.coupons:
        parts.append(line("Coupon(s):", -order.discount_total))
    if order.fees:
        parts.append(line("Fees:", sum((fee.total for fee in order.fees), ZERO)))
    if order.shipping_lines:
        parts.append(line("Shipping:", order.shipping_total))
    parts.extend(
        line(f"{tax.label}:", tax.tax_total + tax.shipping_tax_total) for tax in order.tax_lines
    )
    return parts


def _total(visit: Visit, order: Order) -> Sum:
    amount = visit.shown(order.total, order.currency)
    return Sum(label="Order Total:", amount=amount, is_strong=True)


def _payment(visit: Visit, order: Order) -> list[Sum]:
    rows = []
    if order.paid:
        remark = f"{visit.clock_text(order.paid)} via {order.payment_method_title or 'hand'}"
        amount = visit.shown(order.total, order.currency)
        rows.append(Sum(label="Paid:", amount=amount, remark=remark, is_strong=True))
    back = refunded(visit, order)
    if back:
        amount = visit.shown(-back, order.currency)
        rows.append(Sum(label="Refunded:", amount=amount, is_refund=True))
        refunds = visit.desk.books.refunds(order.id)
        if kept := sum((returnfees.kept(refund) for refund in refunds), ZERO):
            rows.append(Sum(label="Return fee:", amount=visit.shown(kept, order.currency)))
        net = visit.shown(order.total - back, order.currency)
        rows.append(Sum(label="Net Payment:", amount=net, is_strong=True))
    return rows


def _three_figures(visit: Visit, order: Order, refund: Refund) -> str:
    kept, paid = returnfees.kept(refund), refund.amount or ZERO
    if not kept:
        return ""
    asked, fee, net = (visit.shown(x, order.currency) for x in (paid + kept, kept, paid))
    return f"Refund amount {asked}. Return fee {fee}. Refunded to customer {net}."

"""Making and deleting refunds, with what follows: gateway, stock, mails, status, webhooks.

A gateway that refuses leaves no refund behind, but its number is used up. A refund fires one
`order.updated`; deleting one fires nothing and leaves the status (woocommerce-facts.md §7).
"""

from dataclasses import replace

from kvitt.sandbox.shop import items, notes, refunding, stock, transitions
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.gateway import RefundWish
from kvitt.sandbox.shop.records import LineItem, Order, Refund
from kvitt.sandbox.shop.refunding import RefundRequest
from kvitt.sandbox.shop.refusals import ShopError


def create(bench: Bench, order_id: int, request: RefundRequest) -> Refund:
    """Make a refund and return it.

    1. The amount is checked against what is left.
    2. The refund is booked, and the gateway asked if the request says so.
    3. Goods go back to stock, the mail goes out, a fully refunded order becomes `refunded`.
    """
    with bench.books.locked():
        order = bench.order(order_id)
        refunding.check(bench, order, request)
        refund = refunding.book(bench, order, request)
        if request.through_gateway:
            refund = _through_gateway(bench, order, refund)
        if request.restock:
            _restock(bench, order, request)
        _follow(bench, order, refund)
        return refund


def delete(bench: Bench, refund_id: int) -> Refund:
    """Delete a refund for good and return what it was."""
    with bench.books.locked():
        refund = bench.books.get(Refund, refund_id)
        if refund is None:
            raise ShopError(
                "Invalid ID.", code="woocommerce_rest_shop_order_refund_invalid_id", status=404
            )
        bench.books.remove(refund)
        return refund


def _through_gateway(bench: Bench, order: Order, refund: Refund) -> Refund:
    refusal = bench.gateway.process_refund(RefundWish(order=order, refund=refund))
    if refusal is not None:
        bench.books.remove(refund)
        raise ShopError(refusal, code="cannot_create_order_refund", status=500)
    return bench.books.put(replace(refund, refunded_payment=bench.gateway.moves_money))


def _restock(bench: Bench, order: Order, request: RefundRequest) -> None:
    for line in request.lines:
        item = order.item(line.item_id)
        if isinstance(item, LineItem):
            item = stock.restocked(bench.books, order, item, line.quantity)
            order = bench.books.put(items.with_item(order, item))


def _follow(bench: Bench, order: Order, refund: Refund) -> None:
    notes.mailed(bench.books, order.id, "Refunded order")
    order = bench.order(order.id)
    if refund.type == "full" and order.status != "refunded":
        transitions.move(bench, order, "refunded")
    else:
        bench.save(order)

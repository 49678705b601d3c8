"""Refunds over REST, with the odd shape of their refusals (woocommerce-facts.md §7)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from kvitt.sandbox.shop import items
from kvitt.sandbox.shop.records import ZERO, Refund
from kvitt.sandbox.shop.refunding import RefundLine, RefundRequest
from kvitt.sandbox.shop.refusals import ShopError
from kvitt.sandbox.shop.rest import listing, orders, schema, views
from kvitt.sandbox.shop.rest.answers import Answer, Call, RestError

CHECKS: dict[str, schema.Check] = {
    "amount": schema.text,
    "reason": schema.text,
    "line_items": schema.objects,
    "api_refund": schema.boolean,
    "api_restock": schema.boolean,
}


def list_(call: Call, order_id: int) -> Answer:
    """Answer the refunds of an order, newest first."""
    schema.check(call.params, listing.PAGING)
    orders.found(call, order_id)
    refunds = call.desk.books.refunds(order_id)
    return listing.page(call, refunds, lambda refund: views.refund(call.lens, refund))


def list_all(call: Call) -> Answer:
    """Answer the refunds of all orders; each names its order."""
    schema.check(call.params, listing.PAGING)
    every = sorted(call.desk.books.every(Refund), key=lambda r: (r.created, r.id), reverse=True)
    return listing.page(call, every, lambda r: views.refund(call.lens, r, with_parent=True))


def get(call: Call, order_id: int, refund_id: int) -> Answer:
    """Answer one refund."""
    return Answer(body=views.refund(call.lens, _found(call, order_id, refund_id)))


def create(call: Call, order_id: int) -> Answer:
    """Make a refund; unless told otherwise the gateway is asked and goods are restocked."""
    schema.check(call.params, CHECKS)
    orders.found(call, order_id)
    amount = _amount(call.params)
    if amount is not None and amount < 0:
        raise RestError(
            "woocommerce_rest_invalid_order_refund",
            "Refund amount must be greater than zero.",
            status=500,
            bare=400,
        )
    request = RefundRequest(
        amount=amount,
        reason=str(call.params.get("reason") or ""),
        lines=tuple(_line(entry) for entry in call.params.get("line_items") or ()),
        through_gateway=call.flag("api_refund", default=True),
        restock=call.flag("api_restock", default=True),
        by=call.key.user_id,
    )
    return _made(call, order_id, request)


def delete(call: Call, order_id: int, refund_id: int) -> Answer:
    """Delete a refund for good, with or without force."""
    body = views.refund(call.lens, _found(call, order_id, refund_id))
    call.desk.delete_refund(refund_id)
    return Answer(body=body)


def _made(call: Call, order_id: int, request: RefundRequest) -> Answer:
    try:
        refund = call.desk.create_refund(order_id, request)
    except ShopError as refusal:
        code = "woocommerce_rest_cannot_create_order_refund"
        raise RestError(code, refusal.message, status=500, bare=500) from refusal
    location = f"{call.lens.base}/orders/{order_id}/refunds/{refund.id}"
    body = views.refund(call.lens, refund)
    return Answer(body=body, status=201, headers={"Location": location})


def _found(call: Call, order_id: int, refund_id: int) -> Refund:
    orders.found(call, order_id)
    refund = call.desk.books.get(Refund, refund_id)
    if refund is None or refund.order_id != order_id:
        raise RestError(
            "woocommerce_rest_invalid_order_refund_id", "Invalid order refund ID.", status=404
        )
    return refund


def _amount(params: Mapping[str, Any]) -> Decimal | None:
    """Return the amount asked for, or what the lines come to, or None when that is nothing."""
    if params.get("amount") not in {None, ""}:
        return items.decimal_of(params["amount"])
    lines = [_line(entry) for entry in params.get("line_items") or ()]
    total = sum((line.total + sum(line.taxes.values(), ZERO) for line in lines), ZERO)
    return total or None


def _line(entry: Mapping[str, Any]) -> RefundLine:
    taxes = {
        int(tax.get("id", 0)): items.decimal_of(tax.get("refund_total", 0))
        for tax in entry.get("refund_tax") or ()
    }
    return RefundLine(
        item_id=int(entry.get("id") or 0),
        quantity=int(entry.get("quantity") or 0),
        total=items.decimal_of(entry.get("refund_total", 0)),
        taxes=taxes,
    )

"""The order page: everything on it, read from one snapshot of the order.

The items box is in one of a few states (looking, editing, adding, coupon, refunding). The state
is in the address, so that each one works without a script and survives a reload.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from werkzeug.wrappers import Response

from kvitt.sandbox.shop import statuses
from kvitt.sandbox.shop.desk import RefundRequest
from kvitt.sandbox.shop.komhands import DISCONNECTED, METHODS
from kvitt.sandbox.shop.records import ZERO, Order
from kvitt.sandbox.shop.screen import (
    item_rows,
    money,
    note_list,
    notices,
    pages,
    refund_forms,
    save_forms,
    totals_block,
    walkthroughs,
)
from kvitt.sandbox.shop.screen.pages import Visit

#: States of the items box that only an editable order has.
_EDITING = frozenset({"edit", "add", "coupon"})
#: Fields of a form that a page asking for confirmation gives out anew.
_OWN_FIELDS = frozenset({"_wpnonce", "do", "confirmed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KlarnaBox:
    """What the shop itself knows of the Klarna order, and where to look at it."""

    order_id: str
    environment: str
    page: str
    capture_id: str
    #: Whether the plugin works on this order; None where there is no plugin for it.
    is_managed: bool | None


def page(visit: Visit, order: Order) -> Response:
    """Answer with the order as it is, in the state the address asks for."""
    asked = visit.request.args
    said = notices.text(asked.get("message", ""))
    return _render(visit, order, mode=asked.get("items", ""), said=said)


def refused(visit: Visit, order_id: int, *, mode: str, message: str) -> Response:
    """Answer with the order and why nothing was done; what was typed stays typed."""
    order = visit.desk.books.order(order_id)
    if order is None:
        return pages.problem(visit, message, status=404)
    return _render(visit, order, mode=mode, error=message, typed=visit.request.form)


def notes(visit: Visit, order: Order) -> Response:
    """Answer with the list of notes alone."""
    return pages.render(
        visit, "_note_list.html", {"order": order, **_note_values(visit, order)}
    )


def confirmation(visit: Visit, order: Order, request: RefundRequest) -> Response:
    """Ask whether a refund is really wanted."""
    amount = visit.shown(request.amount or ZERO, order.currency)
    names = {item.id: getattr(item, "name", "Shipping") for item in order.items()}
    return pages.render(
        visit,
        "confirm_refund.html",
        {
            "order": order,
            "amount": amount,
            "target": _target(visit, through_gateway=request.through_gateway),
            "request": request,
            "fee": visit.shown(request.fee.total, order.currency) if request.fee else "",
            "net": visit.shown(_net(request), order.currency),
            "lines": [(names[line.item_id], line.quantity) for line in request.lines],
            "fields": [
                (key, value)
                for key, value in visit.request.form.items()
                if key not in _OWN_FIELDS
            ],
            "do": visit.request.form["do"],
        },
    )


def _render(
    visit: Visit,
    order: Order,
    *,
    mode: str,
    said: str = "",
    error: str = "",
    typed: Mapping[str, str] | None = None,
) -> Response:
    values = {
        "order": order,
        "mode": _mode(order, mode),
        "said": said,
        "error": error,
        "typed": typed or {},
        **_data_values(visit, order),
        **_item_values(visit, order),
        **_refund_values(visit, order),
        **_note_values(visit, order),
    }
    return pages.render(visit, "order.html", values, status=422 if error else 200)


def _mode(order: Order, asked: str) -> str:
    if asked == "refund" and order.status != "auto-draft":
        return asked
    return asked if asked in _EDITING and order.is_editable else ""


def _data_values(visit: Visit, order: Order) -> dict[str, Any]:
    local = visit.local(order.created)
    return {
        "created_date": f"{local:%Y-%m-%d}",
        "created_time": f"{local:%H:%M:%S}",
        "paid": visit.clock_text(order.paid),
        "statuses": [(status, statuses.name(status)) for status in statuses.OFFERED],
        "addresses": [
            ("billing", "Billing", asdict(order.billing)),
            ("shipping", "Shipping", asdict(order.shipping)),
        ],
        "address_fields": save_forms.ADDRESS,
        "klarna": _klarna(visit, order),
        "walkthroughs": walkthroughs.ALL,
    }


def _item_values(visit: Visit, order: Order) -> dict[str, Any]:
    asked = visit.request.args.get("item", "")
    is_posted = visit.request.method == "POST"
    rows = item_rows.build(visit, order)
    form = visit.request.form
    return {
        "rows": rows,
        "open_items": {
            row.id
            for row in rows
            if (f"total_{row.id}" in form if is_posted else asked in {"", str(row.id)})
        },
        "sums": totals_block.build(visit, order),
        "refunds": totals_block.refund_rows(visit, order),
        "products": [p for p in visit.desk.books.products() if p.type != "variable"],
        "coupons": visit.desk.books.coupons(),
        "style": money.style_of(order.currency),
    }


def _refund_values(visit: Visit, order: Order) -> dict[str, Any]:
    gateway, so_far = visit.desk.gateway, totals_block.refunded(visit, order)
    left = visit.desk.remaining_refundable(order.id)
    return {
        "refunded": visit.shown(-so_far, order.currency),
        "refunded_so_far": money.typed(so_far, order.currency),
        "available": visit.shown(left, order.currency),
        "available_typed": money.fixed(
            left, order.currency, visit.desk.books.settings.decimals
        ),
        "can_refund": left > 0,
        "gateway": gateway.method_title,
        "takes_fee": gateway.takes_return_fee(order),
        "fee_rate": refund_forms.fee_rate(order),
        "via_gateway": gateway.supports_refunds and order.payment_method in METHODS,
    }


def _note_values(visit: Visit, order: Order) -> dict[str, Any]:
    found = note_list.rows(visit, order)
    return {
        "notes": found,
        "digest": note_list.digest(found),
        "version": note_list.version(visit, order),
    }


def _klarna(visit: Visit, order: Order) -> KlarnaBox:
    number = str(order.meta_value("_wc_klarna_order_id") or order.transaction_id or "")
    known = {"test": "Playground (test)", "live": "Live"}
    environment = str(order.meta_value("_wc_klarna_environment") or "")
    plugin = visit.desk.books.settings.kom_active
    has_plugin = plugin and order.payment_method in METHODS
    return KlarnaBox(
        order_id=number,
        environment=known.get(environment, environment),
        page=visit.asides.klarna_page(number),
        capture_id=str(order.meta_value("_wc_klarna_capture_id") or ""),
        is_managed=not order.meta_value(DISCONNECTED) if has_plugin else None,
    )


def _net(request: RefundRequest) -> Decimal:
    return (request.amount or ZERO) - (request.fee.total if request.fee else ZERO)


def _target(visit: Visit, *, through_gateway: bool) -> str:
    return f"via {visit.desk.gateway.method_title}" if through_gateway else "manually"

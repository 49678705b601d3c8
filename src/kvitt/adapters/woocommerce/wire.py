"""Requests to a WooCommerce shop. Pure: nothing here sends anything.

The laws:

1. Amounts are asked for with six decimals: the default is what the shop displays, and a
   shop that displays none would cut the cents off (woocommerce-facts.md §3).
2. A write holds the one thing it changes. Lines or addresses in a PUT make WooCommerce
   compute the order anew with today's tax rates (woocommerce-facts.md §4).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kvitt.adapters.exchange import Request
from kvitt.domain.ids import StoreOrderId
from kvitt.domain.journal import BookedLine
from kvitt.domain.money import Money

ROOT = "/wp-json/wc/v3"
#: The most that WooCommerce gives at once.
PAGE = 100
_DECIMALS = ("dp", "6")
_PER_PAGE = ("per_page", str(PAGE))
#: A page of a sweep: a small shop's host is not faster with more (woocommerce-facts.md §13).
_SWEPT = 50
_SWEPT_TWICE = 5
#: How orders are listed to see whether they have changed: ``any`` leaves out the bin.
_SHOWN = (
    "id,status,total,date_modified_gmt,payment_method,transaction_id,shipping,refunds,"
    "line_items,shipping_lines,fee_lines"
)
_SIGHTED = (
    ("status", "any"),
    ("orderby", "id"),
    ("order", "asc"),
    _DECIMALS,
    ("_fields", _SHOWN),
)


def build_order(order_id: StoreOrderId) -> Request:
    """Read one order."""
    return _get(f"/orders/{order_id:d}", _DECIMALS)


def build_refunds(order_id: StoreOrderId, *, page: int = 1) -> Request:
    """Read the refunds of an order, with their lines."""
    number = ("page", str(page))
    return _get(f"/orders/{order_id:d}/refunds", _DECIMALS, _PER_PAGE, number)


def build_notes(order_id: StoreOrderId) -> Request:
    """Read the notes of an order: the private ones and the customer's."""
    return _get(f"/orders/{order_id:d}/notes", ("type", "any"))


def build_products(ids: Sequence[int]) -> Request:
    """Read what an order does not say of its products."""
    return _get("/products", *_facts(ids))


def build_variations(parent: int, ids: Sequence[int]) -> Request:
    """Read the same of variations; they are listed under their product only."""
    return _get(f"/products/{parent:d}/variations", *_facts(ids))


def build_modified_since(moment: datetime, *, page: int) -> Request:
    """List orders modified after a moment, by id.

    By id and not by change: an order that changes while pages are turned would move to
    the end, and the one after the page's edge would slip through. One that is trashed
    meanwhile leaves the list and moves the rest up, so each page begins some orders before
    the end of the last. A time with ``Z`` and ``dates_are_gmt`` is converted twice, so the
    zone is left out (woocommerce-facts.md §9).
    """
    naive = moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return _get(
        "/orders",
        ("modified_after", naive.isoformat()),
        ("dates_are_gmt", "true"),
        *_SIGHTED,
        ("per_page", str(_SWEPT)),
        ("offset", str((page - 1) * (_SWEPT - _SWEPT_TWICE))),
    )


def build_sight(order_ids: Sequence[StoreOrderId]) -> Request:
    """List those of these orders that are there; at most as many as a page holds."""
    include = ",".join(str(order_id) for order_id in order_ids)
    return _get("/orders", ("include", include), *_SIGHTED, _PER_PAGE)


def build_add_note(order_id: StoreOrderId, text: str) -> Request:
    """Add a note that the customer does not see."""
    return _send("POST", f"/orders/{order_id:d}/notes", {"note": text, "customer_note": False})


def build_set_marks(order_id: StoreOrderId, *, meta: Mapping[str, str], status: str) -> Request:
    """Set meta data, and the status where one is given."""
    body: dict[str, Any] = {
        "meta_data": [{"key": key, "value": value} for key, value in meta.items()]
    }
    if status:
        body["status"] = status
    return _send("PUT", f"/orders/{order_id:d}", body)


def build_book_refund(
    order_id: StoreOrderId,
    amount: Money,
    *,
    reason: str,
    lines: Sequence[BookedLine] = (),
    restock: bool = False,
) -> Request:
    """Book a refund that has already been paid: no gateway is asked.

    Lines are given excluding tax, the taxes by rate id (woocommerce-facts.md §3).
    """
    body: dict[str, object] = {
        "amount": str(amount.major()),
        "reason": reason,
        "api_refund": False,
        "api_restock": restock,
    }
    if lines:
        body["line_items"] = [_booked(line) for line in lines]
    return _send("POST", f"/orders/{order_id:d}/refunds", body)


def _booked(line: BookedLine) -> dict[str, object]:
    return {
        "id": line.line,
        "quantity": line.quantity,
        "refund_total": str(line.net.major()),
        "refund_tax": [
            {"id": rate, "refund_total": str(tax.major())} for rate, tax in line.taxes.items()
        ],
    }


def build_system_status() -> Request:
    """Read what the shop runs."""
    return _get("/system_status")


def build_gateway(gateway: str) -> Request:
    """Read a payment gateway's settings."""
    return _get(f"/payment_gateways/{gateway}")


def build_change_gateway(gateway: str, settings: Mapping[str, str]) -> Request:
    """Set some settings of a payment gateway."""
    return _send("PUT", f"/payment_gateways/{gateway}", {"settings": dict(settings)})


def build_setting(group: str, name: str) -> Request:
    """Read one of the shop's settings."""
    return _get(f"/settings/{group}/{name}")


def build_change_nothing() -> Request:
    """Change an order that no shop has: only the key's permission is judged."""
    return _send("PUT", "/orders/0", {})


def build_orders_since(moment: datetime, *, page: int, per_page: int) -> Request:
    """List the orders received after a moment, by id, with how each was paid."""
    naive = moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return _get(
        "/orders",
        ("after", naive.isoformat()),
        ("dates_are_gmt", "true"),
        ("status", "any"),
        ("orderby", "id"),
        ("order", "asc"),
        ("_fields", "id,payment_method"),
        ("per_page", str(per_page)),
        ("page", str(page)),
    )


def build_latest_change() -> Request:
    """List the one order that was changed last."""
    return _get(
        "/orders",
        ("status", "any"),
        ("orderby", "modified"),
        ("order", "desc"),
        ("_fields", "id,date_modified_gmt"),
        ("per_page", "1"),
    )


def build_webhooks(*, page: int = 1) -> Request:
    """List the shop's webhooks."""
    return _get("/webhooks", _PER_PAGE, ("page", str(page)))


def build_create_webhook(*, name: str, topic: str, delivery_url: str, secret: str) -> Request:
    """Create a webhook. The secret is never shown again."""
    body = {"name": name, "topic": topic, "delivery_url": delivery_url, "secret": secret}
    return _send("POST", "/webhooks", {**body, "status": "active"})


def build_change_webhook(webhook_id: int, changes: Mapping[str, str]) -> Request:
    """Change a webhook: its status, its secret or where it delivers to."""
    return _send("PUT", f"/webhooks/{webhook_id:d}", dict(changes))


def _facts(ids: Sequence[int]) -> tuple[tuple[str, str], ...]:
    include = ",".join(str(number) for number in ids)
    return (("include", include), ("_fields", "id,virtual,permalink"), _PER_PAGE)


def _get(path: str, *query: tuple[str, str]) -> Request:
    headers = {"Accept": "application/json"}
    return Request(method="GET", path=ROOT + path, query=query, headers=headers)


def _send(method: str, path: str, body: Mapping[str, Any]) -> Request:
    return Request(
        method=method,
        path=ROOT + path,
        headers={"Accept": "application/json", "Content-Type": "application/json"},
        body=json.dumps(body).encode(),
    )

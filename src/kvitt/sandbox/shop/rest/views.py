"""The JSON forms of orders, refunds and notes, key by key as WooCommerce 11 sends them.

A `Lens` says how to look: with how many decimals, and under which address. Webhook bodies are
made here too, with the shop's own decimals (woocommerce-facts.md §2, §3, §7).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from kvitt.sandbox.shop import rounding, statuses
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.records import Address, Meta, Note, Order, Refund
from kvitt.sandbox.shop.rest import currencies, itemviews

Json = dict[str, Any]
READ_WRITE = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """How records are looked at: `places` is the query's `dp`, or the shop's decimals."""

    bench: Bench
    places: int

    @property
    def base(self) -> str:
        """Where the API is."""
        return f"{self.bench.books.settings.home_url.rstrip('/')}/wp-json/wc/v3"

    def money(self, amount: Decimal) -> str:
        """Return an amount as text."""
        return rounding.money(amount, self.places)

    def local(self, moment: datetime | None) -> str | None:
        """Return a time on the shop's clock, without a zone."""
        if moment is None:
            return None
        offset = self.bench.books.settings.utc_offset_minutes
        return (moment + timedelta(minutes=offset)).strftime("%Y-%m-%dT%H:%M:%S")

    def links(self, path: str, *, collection: str, allow: tuple[str, ...]) -> Json:
        """Return the links every record carries."""
        return {
            "self": [{"href": f"{self.base}/{path}", "targetHints": {"allow": list(allow)}}],
            "collection": [{"href": f"{self.base}/{collection}"}],
        }


def gmt(moment: datetime | None) -> str | None:
    """Return a time in UTC, without a zone."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S")


def order(lens: Lens, record: Order, *, by_key: bool = True) -> Json:
    """Return an order with its 47 keys.

    HPOS reads meta data sorted by key; legacy storage and the answer to a creation do not.
    """
    sorts = by_key and lens.bench.books.settings.hpos
    metas = sorted(record.meta, key=lambda m: (m.key, m.id)) if sorts else record.meta
    home = lens.bench.books.settings.home_url.rstrip("/")
    pay = f"checkout/order-pay/{record.id}/?pay_for_order=true&key={quote(record.order_key)}"
    return {
        **_order_head(lens, record),
        **_order_people(record),
        "date_completed": lens.local(record.completed),
        "date_paid": lens.local(record.paid),
        "cart_hash": record.cart_hash,
        "number": record.number,
        "meta_data": [meta(entry) for entry in metas],
        "line_items": [itemviews.line(lens, x) for x in record.lines],
        "tax_lines": [itemviews.tax_line(lens, x) for x in record.tax_lines],
        "shipping_lines": [itemviews.shipping(lens, x) for x in record.shipping_lines],
        "fee_lines": [itemviews.fee(lens, x) for x in record.fees],
        "coupon_lines": [itemviews.coupon(lens, x) for x in record.coupons],
        "refunds": [_short(lens, x) for x in lens.bench.books.refunds(record.id)],
        "payment_url": f"{home}/{pay}",
        "is_editable": record.is_editable,
        "needs_payment": record.status in statuses.UNPAID and record.total > 0,
        "needs_processing": lens.bench.needs_processing(record),
        "date_created_gmt": gmt(record.created),
        "date_modified_gmt": gmt(record.modified),
        "date_completed_gmt": gmt(record.completed),
        "date_paid_gmt": gmt(record.paid),
        "currency_symbol": currencies.symbol(record.currency),
        "_links": _order_links(lens, record),
    }


def meta(entry: Meta) -> Json:
    """Return one entry of meta data."""
    return {"id": entry.id, "key": entry.key, "value": entry.value}


def refund(lens: Lens, record: Refund, *, with_parent: bool = False) -> Json:
    """Return a refund; the list over all orders names the order it is of."""
    parent = {"parent_id": record.order_id} if with_parent else {}
    path = f"orders/{record.order_id}/refunds"
    links = lens.links(f"{path}/{record.id}", collection=path, allow=("GET", "DELETE"))
    return {
        "id": record.id,
        **parent,
        "date_created": lens.local(record.created),
        "date_created_gmt": gmt(record.created),
        "amount": "" if record.amount is None else lens.money(record.amount),
        "reason": record.reason,
        "refunded_by": record.refunded_by,
        "refunded_payment": record.refunded_payment,
        "meta_data": [meta(entry) for entry in record.meta],
        "line_items": [itemviews.line(lens, x) for x in record.lines],
        "shipping_lines": [itemviews.shipping(lens, x) for x in record.shipping_lines],
        "tax_lines": [itemviews.tax_line(lens, x) for x in record.tax_lines],
        "fee_lines": [itemviews.fee(lens, x) for x in record.fees],
        "_links": {**links, "up": [{"href": f"{lens.base}/orders/{record.order_id}"}]},
    }


def note(lens: Lens, record: Note) -> Json:
    """Return an order note."""
    path = f"orders/{record.order_id}/notes"
    links = lens.links(f"{path}/{record.id}", collection=path, allow=("GET", "DELETE"))
    return {
        "id": record.id,
        "author": record.author,
        "date_created": lens.local(record.created),
        "date_created_gmt": gmt(record.created),
        "note": record.text,
        "customer_note": record.customer_note,
        "_links": {**links, "up": [{"href": f"{lens.base}/orders/{record.order_id}"}]},
    }


def _order_head(lens: Lens, record: Order) -> Json:
    settings = lens.bench.books.settings
    return {
        "id": record.id,
        "parent_id": 0,
        "status": record.status,
        "currency": record.currency,
        "version": settings.version,
        "prices_include_tax": record.prices_include_tax,
        "date_created": lens.local(record.created),
        "date_modified": lens.local(record.modified),
        "discount_total": lens.money(record.discount_total),
        "discount_tax": lens.money(record.discount_tax),
        "shipping_total": lens.money(record.shipping_total),
        "shipping_tax": lens.money(record.shipping_tax),
        "cart_tax": lens.money(record.cart_tax),
        "total": lens.money(record.total),
        "total_tax": lens.money(record.total_tax),
    }


def _order_people(record: Order) -> Json:
    return {
        "customer_id": record.customer_id,
        "order_key": record.order_key,
        "billing": _address(record.billing, with_email=True),
        "shipping": _address(record.shipping, with_email=False),
        "payment_method": record.payment_method,
        "payment_method_title": record.payment_method_title,
        "transaction_id": record.transaction_id,
        "customer_ip_address": record.customer_ip,
        "customer_user_agent": record.customer_user_agent,
        "created_via": record.created_via,
        "customer_note": record.customer_note,
    }


def _address(address: Address, *, with_email: bool) -> Json:
    keys = [key for key in Address.__dataclass_fields__ if with_email or key != "email"]
    return {key: getattr(address, key) for key in keys}


def _short(lens: Lens, record: Refund) -> Json:
    amount = "" if record.amount is None else lens.money(record.amount)
    return {
        "id": record.id,
        "reason": record.reason,
        "total": f"-{amount}",
        "total_tax": lens.money(record.total_tax),
    }


def _order_links(lens: Lens, record: Order) -> Json:
    path = f"orders/{record.id}"
    mails = f"{lens.base}/{path}/actions/email_templates"
    links = lens.links(path, collection="orders", allow=READ_WRITE)
    customer = {}
    if record.customer_id:
        customer = {"customer": [{"href": f"{lens.base}/customers/{record.customer_id}"}]}
    return {
        **links,
        "email_templates": [{"embeddable": True, "href": mails}],
        **customer,
    }

"""The JSON forms of what an order consists of: lines, shipping, fees, coupons and taxes."""

from decimal import Decimal
from typing import Any, Protocol

from kvitt.sandbox.shop import rounding, taxes
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.records import (
    ZERO,
    CouponLine,
    FeeLine,
    Item,
    ItemTax,
    LineItem,
    Meta,
    ShippingLine,
    TaxLine,
)

Json = dict[str, Any]


class Glass(Protocol):
    """How items are looked at; `views.Lens` is one."""

    @property
    def bench(self) -> Bench:
        """The shop."""

    def money(self, amount: Decimal) -> str:
        """Return an amount as text."""


def line(glass: Glass, item: LineItem) -> Json:
    """Return a product line; what its product is now decides SKU and parent."""
    settings = glass.bench.books.settings
    product = glass.bench.books.product(item.variation_id or item.product_id)
    parent = glass.bench.books.product(item.product_id) if item.variation_id else None
    sku = None
    if product:
        sku = product.sku or (parent.sku if parent else "")
    return {
        "id": item.id,
        "name": item.name,
        "product_id": item.product_id if product else 0,
        "variation_id": item.variation_id if product else 0,
        "quantity": item.quantity,
        "tax_class": item.tax_class,
        "subtotal": glass.money(item.subtotal),
        "subtotal_tax": glass.money(taxes.subtotal_tax_of(item, settings)),
        "total": glass.money(item.total),
        "total_tax": _tax(glass, item),
        "taxes": [_with_subtotal(glass, tax) for tax in item.taxes],
        "meta_data": [_meta(entry) for entry in item.meta],
        "sku": sku,
        "global_unique_id": "" if product else None,
        "price": _price(item),
        "image": {"id": 0 if parent or not product else "", "src": ""},
        "parent_name": parent.name if parent else None,
    }


def shipping(glass: Glass, item: ShippingLine) -> Json:
    """Return a shipping line."""
    return {
        "id": item.id,
        "method_title": item.method_title,
        "method_id": item.method_id,
        "instance_id": item.instance_id,
        "total": glass.money(item.total),
        "total_tax": _tax(glass, item),
        "taxes": [_without_subtotal(glass, tax) for tax in item.taxes],
        "tax_status": item.tax_status,
        "meta_data": [_meta(entry) for entry in item.meta],
    }


def fee(glass: Glass, item: FeeLine) -> Json:
    """Return a fee line."""
    return {
        "id": item.id,
        "name": item.name,
        "tax_class": item.tax_class,
        "tax_status": item.tax_status,
        "amount": item.amount,
        "total": glass.money(item.total),
        "total_tax": _tax(glass, item),
        "taxes": [_without_subtotal(glass, tax) for tax in item.taxes],
        "meta_data": [_meta(entry) for entry in item.meta],
    }


def coupon(glass: Glass, item: CouponLine) -> Json:
    """Return a coupon line; its discount is not formatted, so 40.00 reads `40`."""
    found = glass.bench.books.coupon(item.code)
    return {
        "id": item.id,
        "code": item.code,
        "discount": rounding.trimmed(item.discount),
        "discount_tax": rounding.trimmed(item.discount_tax),
        "meta_data": [_meta(entry) for entry in item.meta],
        "discount_type": found.type if found else "",
        "nominal_amount": rounding.number(found.amount) if found else 0,
        "free_shipping": found.free_shipping if found else False,
    }


def tax_line(glass: Glass, item: TaxLine) -> Json:
    """Return what one rate came to; the percentage is a number."""
    return {
        "id": item.id,
        "rate_code": item.rate_code,
        "rate_id": item.rate_id,
        "label": item.label,
        "compound": item.compound,
        "tax_total": glass.money(item.tax_total),
        "shipping_tax_total": glass.money(item.shipping_tax_total),
        "rate_percent": rounding.number(item.rate_percent),
        "meta_data": [],
    }


def _price(item: LineItem) -> int | float:
    """Return the total divided by the quantity, in binary and unrounded as PHP does it."""
    return rounding.number(float(item.total) / item.quantity) if item.quantity else 0


def _tax(glass: Glass, item: Item) -> str:
    # A line's tax is rounded to the shop's decimals even when more are asked for (facts §3).
    return glass.money(taxes.tax_of(item, glass.bench.books.settings))


def _with_subtotal(glass: Glass, tax: ItemTax) -> Json:
    subtotal = glass.money(tax.subtotal or ZERO)
    return {"id": tax.rate_id, "total": glass.money(tax.total), "subtotal": subtotal}


def _without_subtotal(glass: Glass, tax: ItemTax) -> Json:
    return {"id": tax.rate_id, "total": glass.money(tax.total), "subtotal": ""}


def _meta(entry: Meta) -> Json:
    return {
        "id": entry.id,
        "key": entry.key,
        "value": entry.value,
        "display_key": entry.label or entry.key,
        "display_value": entry.value,
    }

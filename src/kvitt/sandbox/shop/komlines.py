"""Order lines of captures and updates as the reference plugin sends them, mistakes included.

The figures follow plugin-behaviour.md §3.2: every shipping line bears the whole order's
shipping, quantity times unit price need not be the total, and in a shop whose base is in the
US tax goes out as a line of its own, which the order's amount then counts twice. Amounts are
minor units of two decimals, as the plugin assumes. Smart coupons and gift cards, which are
other plugins' doing, are not played.
"""

import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from kvitt.sandbox.shop import rounding, taxes
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.records import (
    ZERO,
    CouponLine,
    FeeLine,
    Item,
    LineItem,
    Order,
    ShippingLine,
)

Json = dict[str, Any]
_REFERENCE_BYTES = 64
_COUPON_WORDS = {
    "percent": "Cart discount",
    "fixed_cart": "Cart discount",
    "fixed_product": "Product discount",
}


def minor(amount: Decimal) -> int:
    """Return an amount in minor units, rounded half up."""
    return whole(amount * 100)


def whole(number: Decimal) -> int:
    """Round half up to a whole number."""
    return int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def separates_tax(bench: Bench) -> bool:
    """Tell whether tax is a line of its own: where the shop's base is in the US (§3.1)."""
    return bench.books.settings.country == "US"


def body(bench: Bench, order: Order) -> Json:
    """Return lines and sums of a capture or an update."""
    apart = separates_tax(bench)
    tax = minor(order.cart_tax + order.shipping_tax) if apart else 0
    return {
        "order_lines": of_order(bench, order),
        # In the US the tax is in the total and is added once more (§3.5 E9, E10).
        "order_amount": minor(order.total) + tax,
        # Always 0 outside the US.
        "order_tax_amount": tax,
    }


def of_order(bench: Bench, order: Order) -> list[Json]:
    """Return the lines of a capture or an update, in the plugin's order (§3.1)."""
    products = [_product(bench, order, line) for line in order.lines]
    shipping = [_shipping(bench, order, line) for line in order.shipping_lines]
    lines = [*products, *shipping, *(_fee(bench, order, fee) for fee in order.fees)]
    if order.meta_value("_wc_klarna_country") == "US":
        lines.extend(_coupon(bench, coupon) for coupon in order.coupons)
    if surcharge := order.meta_value("_kco_added_surcharge"):
        lines.append(json.loads(surcharge))
    if separates_tax(bench):
        tax = minor(order.cart_tax + order.shipping_tax)
        lines.append(sales_tax(tax))
    return lines


def sales_tax(amount: int) -> Json:
    """Return the line that tax is in the US."""
    return single("sales_tax", "Sales Tax", "Sales Tax", amount, 0, 0)


def _product(bench: Bench, order: Order, line: LineItem) -> Json:
    apart, settings = separates_tax(bench), bench.books.settings
    before = ZERO if apart else taxes.subtotal_tax_of(line, settings)
    after = ZERO if apart else taxes.tax_of(line, settings)
    subtotal, total = line.subtotal + before, line.total + after
    quantity = line.quantity or 1
    return {
        "reference": reference(bench, line),
        "type": kind(bench, line, gone="digital"),
        "name": line.name,
        "quantity": quantity,
        "unit_price": whole(Decimal(minor(subtotal)) / quantity),
        "tax_rate": _rate(order, line),
        # In the US the discount is told of and not taken off (§3.5 E9).
        "total_amount": minor(subtotal if apart else total),
        "total_discount_amount": minor(subtotal - total) if line.subtotal > line.total else 0,
        "total_tax_amount": minor(after),
    }


def _shipping(bench: Bench, order: Order, line: ShippingLine) -> Json:
    # Each shipping line bears the whole order's shipping: a fault of the plugin (§3.5 E4).
    apart = separates_tax(bench)
    amount = minor(order.shipping_total + (ZERO if apart else order.shipping_tax))
    tax = 0 if apart else minor(taxes.tax_of(line, bench.books.settings))
    assistant = json.loads(order.meta_value("_kco_kss_data") or "{}")
    known = str(assistant.get("id") or f"{line.method_id}:{line.instance_id}")
    return single("shipping_fee", known, line.method_title, amount, tax, _rate(order, line))


def _fee(bench: Bench, order: Order, fee: FeeLine) -> Json:
    apart = separates_tax(bench)
    tax = ZERO if apart else taxes.tax_of(fee, bench.books.settings)
    amount = minor(fee.total + tax)
    return single("surcharge", "Fee", fee.name, amount, minor(tax), _rate(order, fee))


def _coupon(bench: Bench, coupon: CouponLine) -> Json:
    """Return a coupon of a US order: a line of nothing that only says what it was."""
    known = bench.books.coupon(coupon.code)
    word = _COUPON_WORDS.get(known.type if known else "", "Discount")
    amount, tax = (rounding.trimmed(x) for x in (coupon.discount, coupon.discount_tax))
    line = single("discount", "", coupon.code, 0, 0, 0)
    return {**line, "reference": f"{word} (amount: {amount}, tax amount: {tax})"}


def single(kind: str, reference: str, name: str, amount: int, tax: int, rate: int) -> Json:
    """Return a line of one piece; amounts in minor units."""
    return {
        "reference": _cut(reference),
        "type": kind,
        "name": name,
        "quantity": 1,
        "unit_price": amount,
        "tax_rate": rate,
        "total_amount": amount,
        "total_discount_amount": 0,
        "total_tax_amount": tax,
    }


def reference(bench: Bench, line: LineItem) -> str:
    """Return the SKU, else the id, else the name of what is gone."""
    product = bench.books.product(line.variation_id or line.product_id)
    if product is None:
        return _cut(line.name)
    parent = bench.books.product(product.parent_id)
    return _cut(product.sku or (parent.sku if parent else "") or str(product.id))


def kind(bench: Bench, line: LineItem, *, gone: str) -> str:
    """Return `digital` for what is virtual; `gone` for what is deleted."""
    product = bench.books.product(line.variation_id or line.product_id)
    if product is None:
        return gone
    return "digital" if product.virtual else "physical"


def _rate(order: Order, item: Item) -> int:
    """Return the first of the order's rates that is on the item: a fault with two rates."""
    on_item = {tax.rate_id for tax in item.taxes}
    for line in order.tax_lines:
        if line.rate_id in on_item:
            return whole(line.rate_percent * 100)
    return 0


def _cut(reference: str) -> str:
    return reference.encode()[:_REFERENCE_BYTES].decode(errors="ignore")

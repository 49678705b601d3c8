"""Order lines as the reference plugin sends them to Klarna, mistakes included.

The figures follow plugin-behaviour.md §3.2 and §3.6 for a shop outside the US: every shipping
line bears the whole order's shipping, quantity times unit price need not be the total, and fees
are left out of refunds. Amounts are minor units of two decimals, as the plugin assumes.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from kvitt.sandbox.shop import rounding, taxes
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.records import (
    ZERO,
    FeeLine,
    Item,
    LineItem,
    Order,
    Refund,
    ShippingLine,
)

Json = dict[str, Any]
_REFERENCE_BYTES = 64


def minor(amount: Decimal) -> int:
    """Return an amount in minor units, rounded half up."""
    return whole(amount * 100)


def whole(number: Decimal) -> int:
    """Round half up to a whole number."""
    return int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def of_order(bench: Bench, order: Order) -> list[Json]:
    """Return the lines of a capture or an update: products, shipping, fees."""
    products = [_product(bench, order, line) for line in order.lines]
    shipping = [_shipping(bench, order, line) for line in order.shipping_lines]
    return [*products, *shipping, *(_fee(bench, order, fee) for fee in order.fees)]


def of_refund(bench: Bench, order: Order, refund: Refund) -> list[Json]:
    """Return the lines of a refund: products, and all shipping as one line."""
    rules = bench.reckoning().rules_for(order).at_base()
    lines = []
    for line in refund.lines:
        rates = rules.rates_for(line.tax_class)
        lines.append(_refunded(bench, line, rate=rates[0].rate if rates else ZERO))
    lines.extend(_refunded_shipping(bench, order, refund))
    return lines


def _product(bench: Bench, order: Order, line: LineItem) -> Json:
    settings = bench.books.settings
    subtotal = line.subtotal + taxes.subtotal_tax_of(line, settings)
    total = line.total + taxes.tax_of(line, settings)
    quantity = line.quantity or 1
    return {
        "reference": _reference(bench, line),
        "type": _kind(bench, line, gone="digital"),
        "name": line.name,
        "quantity": quantity,
        "unit_price": whole(Decimal(minor(subtotal)) / quantity),
        "tax_rate": _rate(order, line),
        "total_amount": minor(total),
        "total_discount_amount": minor(subtotal - total) if line.subtotal > line.total else 0,
        "total_tax_amount": minor(taxes.tax_of(line, settings)),
    }


def _shipping(bench: Bench, order: Order, line: ShippingLine) -> Json:
    # Each shipping line bears the whole order's shipping: a fault of the plugin (§3.5 E4).
    amount = minor(order.shipping_total + order.shipping_tax)
    tax = minor(taxes.tax_of(line, bench.books.settings))
    reference = f"{line.method_id}:{line.instance_id}"
    return _single(
        "shipping_fee", reference, line.method_title, amount, tax, _rate(order, line)
    )


def _fee(bench: Bench, order: Order, fee: FeeLine) -> Json:
    tax = taxes.tax_of(fee, bench.books.settings)
    amount = minor(fee.total + tax)
    return _single("surcharge", "Fee", fee.name, amount, minor(tax), _rate(order, fee))


def _single(kind: str, reference: str, name: str, amount: int, tax: int, rate: int) -> Json:
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


def _refunded(bench: Bench, line: LineItem, *, rate: Decimal) -> Json:
    quantity = abs(line.quantity) or 1
    net = minor(abs(rounding.to_places(line.subtotal, 2)))
    tax = abs(minor(taxes.tax_of(line, bench.books.settings)))
    unit_price = whole(Decimal(net + tax) / quantity)
    return {
        "reference": _reference(bench, line),
        "type": _kind(bench, line, gone="physical"),
        "name": line.name,
        "quantity": quantity,
        "unit_price": unit_price,
        "tax_rate": rounding.number(rate * 100),
        "total_amount": quantity * unit_price,
        "total_discount_amount": 0,
        "total_tax_amount": tax,
    }


def _refunded_shipping(bench: Bench, order: Order, refund: Refund) -> Iterator[Json]:
    if not refund.shipping_lines or not order.shipping_total:
        return
    first = refund.shipping_lines[0]
    net = minor(abs(sum((line.total for line in refund.shipping_lines), ZERO)))
    settings = bench.books.settings
    tax = minor(abs(sum((taxes.tax_of(x, settings) for x in refund.shipping_lines), ZERO)))
    rate = whole(order.shipping_tax / order.shipping_total * 10000)
    reference = f"{first.method_id}:{first.instance_id}"
    yield _single("shipping_fee", reference, first.method_title, net + tax, tax, rate)


def _reference(bench: Bench, line: LineItem) -> str:
    product = bench.books.product(line.variation_id or line.product_id)
    if product is None:
        return _cut(line.name)
    parent = bench.books.product(product.parent_id)
    return _cut(product.sku or (parent.sku if parent else "") or str(product.id))


def _kind(bench: Bench, line: LineItem, *, gone: str) -> str:
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

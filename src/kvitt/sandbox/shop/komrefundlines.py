"""Order lines of refunds as the reference plugin sends them, mistakes included.

The figures follow plugin-behaviour.md §3.6: the rate is the shop's own and not the buyer's,
quantity times unit price is taken for the total, and fees are left out. In a shop whose base
is in the US tax is a line of its own; a return fee is a line without a reference.
"""

from collections.abc import Iterator
from decimal import Decimal

from kvitt.sandbox.shop import returnfees, rounding, taxes
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.catalogue import TaxRate
from kvitt.sandbox.shop.komlines import (
    Json,
    kind,
    minor,
    reference,
    sales_tax,
    separates_tax,
    single,
    whole,
)
from kvitt.sandbox.shop.records import ZERO, LineItem, Order, Refund


def of_refund(bench: Bench, order: Order, refund: Refund) -> list[Json]:
    """Return the lines of a refund: products, shipping as one line, US tax, return fee."""
    return [
        *_products(bench, order, refund),
        *_shipping(bench, order, refund),
        *_sales_tax(bench, refund),
        *_return_fee(bench, refund),
    ]


def _products(bench: Bench, order: Order, refund: Refund) -> Iterator[Json]:
    rules = bench.reckoning().rules_for(order).at_base()
    for line in refund.lines:
        rates = rules.rates_for(line.tax_class)
        yield from _product(bench, line, rate=rates[0].rate if rates else ZERO)


def _product(bench: Bench, line: LineItem, *, rate: Decimal) -> Iterator[Json]:
    apart = separates_tax(bench)
    quantity = abs(line.quantity) or 1
    net = minor(abs(rounding.to_places(line.subtotal, 2)))
    if apart and not net:
        return
    tax = 0 if apart else abs(minor(taxes.tax_of(line, bench.books.settings)))
    unit_price = whole(Decimal(net + tax) / quantity)
    yield {
        "reference": reference(bench, line),
        "type": kind(bench, line, gone="physical"),
        "name": line.name,
        "quantity": quantity,
        "unit_price": unit_price,
        "tax_rate": rounding.number(rate * 100),
        "total_amount": quantity * unit_price,
        "total_discount_amount": 0,
        "total_tax_amount": tax,
    }


def _shipping(bench: Bench, order: Order, refund: Refund) -> Iterator[Json]:
    if not refund.shipping_lines or not order.shipping_total:
        return
    apart, settings = separates_tax(bench), bench.books.settings
    first = refund.shipping_lines[0]
    net = minor(abs(sum((line.total for line in refund.shipping_lines), ZERO)))
    if apart and not net:
        return
    given = sum((taxes.tax_of(line, settings) for line in refund.shipping_lines), ZERO)
    tax = 0 if apart else minor(abs(given))
    rate = whole(order.shipping_tax / order.shipping_total * 10000)
    name = f"{first.method_id}:{first.instance_id}"
    yield single("shipping_fee", name, first.method_title, net + tax, tax, rate)


def _sales_tax(bench: Bench, refund: Refund) -> Iterator[Json]:
    tax = minor(abs(refund.total_tax))
    if separates_tax(bench) and tax:
        yield sales_tax(tax)


def _return_fee(bench: Bench, refund: Refund) -> Iterator[Json]:
    fee = returnfees.of(refund)
    if fee is None:
        return
    rate = bench.books.get(TaxRate, fee.rate_id)
    amount = -minor(fee.total)
    yield {
        "type": "return_fee",
        "name": "Return fee",
        "quantity": 1,
        "unit_price": amount,
        "tax_rate": whole(rate.rate * 100) if rate else 0,
        "total_amount": amount,
        "total_tax_amount": -minor(fee.tax),
    }

"""Taxes and totals of an order, calculated in WooCommerce's order of steps.

`with_taxes` taxes every item anew with the present table and rebuilds the tax lines;
`with_totals` adds up what the items say. Both are pure: an order in, an order out.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from kvitt.sandbox.shop import rounding, taxes
from kvitt.sandbox.shop.catalogue import Product, Settings, TaxRate
from kvitt.sandbox.shop.records import ZERO, FeeLine, Item, Order, ShippingLine, TaxLine
from kvitt.sandbox.shop.taxes import TaxRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """What adding up needs to know of the shop."""

    rates: tuple[TaxRate, ...]
    settings: Settings
    product: Callable[[int], Product | None]
    next_item_id: Callable[[], int]

    def rules_for(self, order: Order) -> TaxRules:
        """Return the tax rules at the place an order goes to."""
        place = taxes.place_of(order, self.settings)
        return TaxRules(rates=self.rates, settings=self.settings, place=place)


def calculated(order: Order, reckoning: Reckoning) -> Order:
    """Return the order with taxes and totals both anew."""
    return with_totals(with_taxes(_fees_bounded(order, reckoning), reckoning), reckoning)


def with_taxes(order: Order, reckoning: Reckoning) -> Order:
    """Return the order with every item taxed by the present rates."""
    rules = reckoning.rules_for(order)
    shipping_class = _shipping_class(order, reckoning)
    lines = tuple(replace(line, taxes=taxes.line_taxes(line, rules)) for line in order.lines)
    order = replace(order, lines=lines)
    order = replace(
        order,
        fees=tuple(replace(f, taxes=taxes.fee_taxes(f, order, rules)) for f in order.fees),
        shipping_lines=tuple(
            replace(line, taxes=taxes.shipping_taxes(line, shipping_class, rules))
            for line in order.shipping_lines
        ),
    )
    return with_tax_lines(order, reckoning)


def with_tax_lines(order: Order, reckoning: Reckoning) -> Order:
    """Return the order with its tax lines rebuilt from its items."""
    cart, shipping = sums_by_rate(order.items(), reckoning.settings)
    return replace(
        order,
        tax_lines=tax_lines(cart, shipping, before=order.tax_lines, reckoning=reckoning),
        cart_tax=sum(cart.values(), ZERO),
        shipping_tax=sum(shipping.values(), ZERO),
    )


def sums_by_rate(
    items: Iterable[Item], settings: Settings
) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
    """Return the tax by rate on products and fees, and the tax by rate on shipping."""
    cart: dict[int, Decimal] = {}
    shipping: dict[int, Decimal] = {}
    for item in items:
        side = shipping if isinstance(item, ShippingLine) else cart
        for tax in item.taxes:
            rounded = (
                tax.total
                if settings.tax_round_at_subtotal
                else rounding.tax(tax.total, settings)
            )
            side[tax.rate_id] = side.get(tax.rate_id, ZERO) + rounded
    return cart, shipping


def tax_lines(
    cart: dict[int, Decimal],
    shipping: dict[int, Decimal],
    *,
    before: tuple[TaxLine, ...],
    reckoning: Reckoning,
) -> tuple[TaxLine, ...]:
    """Return the tax lines for sums by rate; a rate seen before keeps its line's id."""
    known = {line.rate_id: line for line in before}
    used = list(dict.fromkeys([*cart, *shipping]))
    order = [rate for rate in known if rate in used] + [r for r in used if r not in known]
    by_id = {rate.id: rate for rate in reckoning.rates}
    made = []
    for rate_id in order:
        line = known.get(rate_id)
        if rate_id in by_id:
            item_id = line.id if line else reckoning.next_item_id()
            line = _tax_line(by_id[rate_id], item_id)
        if line:
            totals = cart.get(rate_id, ZERO), shipping.get(rate_id, ZERO)
            made.append(replace(line, tax_total=totals[0], shipping_tax_total=totals[1]))
    return tuple(made)


def with_totals(order: Order, reckoning: Reckoning) -> Order:
    """Return the order with its totals added up from its items; no item is taxed anew."""
    places = reckoning.settings.decimals
    subtotal = sum((rounding.to_places(x.subtotal, places) for x in order.lines), ZERO)
    cart = sum((rounding.to_places(x.total, places) for x in order.lines), ZERO)
    shipping = sum((rounding.to_places(x.total, places) for x in order.shipping_lines), ZERO)
    fees = sum((fee.total for fee in order.fees), ZERO)
    taxed = [tax for line in order.lines for tax in line.taxes]
    saved = sum(((tax.subtotal or ZERO) - tax.total for tax in taxed), ZERO)
    return replace(
        order,
        shipping_total=shipping,
        discount_total=rounding.to_places(subtotal - cart, places),
        discount_tax=rounding.tax(saved, reckoning.settings),
        total=rounding.to_places(
            cart + fees + shipping + order.cart_tax + order.shipping_tax, places
        ),
    )


def _fees_bounded(order: Order, reckoning: Reckoning) -> Order:
    """Return the order with no negative fee larger than what there is to reduce."""
    places = reckoning.settings.decimals
    so_far = sum((line.total for line in order.lines), ZERO)
    so_far += sum((line.total for line in order.shipping_lines), ZERO)
    fees: list[FeeLine] = []
    for entry in order.fees:
        fee = entry
        most = -rounding.to_places(so_far, places)
        if fee.total < most < 0:
            fee = replace(fee, total=most)
        so_far += fee.total
        fees.append(fee)
    return replace(order, fees=tuple(fees))


def _shipping_class(order: Order, reckoning: Reckoning) -> str | None:
    """Return the class shipping inherits: the standard one if any product bears it."""
    found: list[str] = []
    for line in order.lines:
        product = reckoning.product(line.variation_id or line.product_id)
        if product and product.tax_status != "none":
            found.append(product.tax_class)
    if not found:
        return None
    return "" if "" in found else min(found)


def _tax_line(rate: TaxRate, item_id: int) -> TaxLine:
    parts = (rate.country, rate.state, rate.name.upper(), str(rate.priority))
    return TaxLine(
        id=item_id,
        rate_id=rate.id,
        rate_code="-".join(part for part in parts if part),
        label=rate.name,
        compound=rate.compound,
        rate_percent=rate.rate,
    )

"""Taxes: which rates apply where, and what they make of an amount.

The steps and roundings are WooCommerce's: rates are found by country, state and class, one per
priority; compound rates stand on the others; every tax is kept with six decimals and rounded
only when it is shown or added up (woocommerce-facts.md §3).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kvitt.sandbox.shop import rounding
from kvitt.sandbox.shop.catalogue import Settings, TaxRate
from kvitt.sandbox.shop.records import (
    ZERO,
    FeeLine,
    Item,
    ItemTax,
    LineItem,
    Order,
    ShippingLine,
)

Taxes = dict[int, Decimal]
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where tax is due."""

    country: str
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRules:
    """The shop's tax table and settings, and where an order is taxed."""

    rates: tuple[TaxRate, ...]
    settings: Settings
    place: Place

    def rates_for(self, tax_class: str) -> list[TaxRate]:
        """Return the rates of a class at the order's place, by priority."""
        return find_rates(self.rates, self.place, tax_class=tax_class)

    def at_base(self) -> "TaxRules":
        """Return the same rules where the shop itself is."""
        return replace(self, place=base_of(self.settings))


def base_of(settings: Settings) -> Place:
    """Return where the shop is."""
    return Place(country=settings.country, state=settings.state)


def place_of(order: Order, settings: Settings) -> Place:
    """Return where an order is taxed: at its shipping address, else billing, else the shop."""
    for address in (order.shipping, order.billing):
        if address.country:
            return Place(country=address.country, state=address.state)
    return base_of(settings)


def find_rates(rates: Iterable[TaxRate], place: Place, *, tax_class: str) -> list[TaxRate]:
    """Return the rates that apply, at most one for each priority, the most exact first."""
    fitting = [
        rate
        for rate in rates
        if rate.tax_class == tax_class
        and rate.country in {"", place.country}
        and rate.state in {"", place.state}
    ]
    fitting.sort(key=lambda r: (r.priority, r.country == "", r.state == "", r.order, r.id))
    chosen: dict[int, TaxRate] = {}
    for rate in fitting:
        chosen.setdefault(rate.priority, rate)
    return list(chosen.values())


def on_net(amount: Decimal, rates: Sequence[TaxRate]) -> Taxes:
    """Return what each rate adds to an amount without tax."""
    taxes: Taxes = {r.id: amount * r.rate / _HUNDRED for r in rates if not r.compound}
    for rate in rates:
        if rate.compound:
            so_far = sum(taxes.values(), ZERO)
            taxes[rate.id] = (amount + so_far) * rate.rate / _HUNDRED
    return _kept(taxes)


def in_gross(amount: Decimal, rates: Sequence[TaxRate]) -> Taxes:
    """Return what each rate is of an amount that includes tax."""
    taxes: Taxes = {}
    rest = amount
    for rate in reversed([r for r in rates if r.compound]):
        taxes[rate.id] = rest - rest / (1 + rate.rate / _HUNDRED)
        rest -= taxes[rate.id]
    regular = [r for r in rates if not r.compound]
    factor = 1 + sum((r.rate for r in regular), ZERO) / _HUNDRED
    for rate in regular:
        taxes[rate.id] = rest / factor * rate.rate / _HUNDRED
    return _kept(taxes)


def net_price(gross_or_net: Decimal, *, tax_class: str, rules: TaxRules) -> Decimal:
    """Return a catalogue amount without tax; catalogue prices bear the shop's own tax."""
    if not rules.settings.prices_include_tax:
        return gross_or_net
    taxes = in_gross(gross_or_net, rules.at_base().rates_for(tax_class))
    return gross_or_net - sum(taxes.values(), ZERO)


def line_taxes(line: LineItem, rules: TaxRules) -> tuple[ItemTax, ...]:
    """Return the taxes of a product line, for its total and its subtotal."""
    if line.tax_status != "taxable":
        return ()
    rates = rules.rates_for(line.tax_class)
    totals, subtotals = on_net(line.total, rates), on_net(line.subtotal, rates)
    # WooCommerce never lets the subtotal's tax be less than the total's.
    if sum(subtotals.values(), ZERO) < sum(totals.values(), ZERO):
        subtotals = totals
    return tuple(
        ItemTax(rate_id=r.id, total=totals[r.id], subtotal=subtotals[r.id]) for r in rates
    )


def plain_taxes(taxes: Mapping[int, Decimal]) -> tuple[ItemTax, ...]:
    """Return taxes of a fee or shipping line, which have no subtotal."""
    return tuple(ItemTax(rate_id=rate_id, total=tax) for rate_id, tax in taxes.items())


def shipping_taxes(
    line: ShippingLine, tax_class: str | None, rules: TaxRules
) -> tuple[ItemTax, ...]:
    """Return the taxes of a shipping line, which inherits its class from the products."""
    if tax_class is None or line.tax_status != "taxable":
        return ()
    rates = [rate for rate in rules.rates_for(tax_class) if rate.shipping]
    return plain_taxes(on_net(line.total, rates))


def fee_taxes(fee: FeeLine, order: Order, rules: TaxRules) -> tuple[ItemTax, ...]:
    """Return the taxes of a fee; a negative one is spread over the classes of the order."""
    if fee.tax_status != "taxable":
        return ()
    if fee.total >= 0:
        return plain_taxes(on_net(fee.total, rules.rates_for(fee.tax_class)))
    costs = _cost_by_class(order)
    whole = sum(costs.values(), ZERO)
    taxes: Taxes = {}
    for tax_class, cost in costs.items():
        if tax_class is None or not whole:
            continue
        part = on_net(fee.total * cost / whole, rules.rates_for(tax_class))
        for rate_id, tax in part.items():
            taxes[rate_id] = taxes.get(rate_id, ZERO) + tax
    return plain_taxes(taxes)


def tax_of(item: Item, settings: Settings) -> Decimal:
    """Return an item's tax as shown: each rate rounded by the shop's present setting."""
    return _shown((tax.total for tax in item.taxes), settings)


def subtotal_tax_of(line: LineItem, settings: Settings) -> Decimal:
    """Return the tax on a product line's amount before discount."""
    return _shown((tax.subtotal or ZERO for tax in line.taxes), settings)


def _shown(taxes: Iterable[Decimal], settings: Settings) -> Decimal:
    if settings.tax_round_at_subtotal:
        return sum(taxes, ZERO)
    return sum((rounding.tax(tax, settings) for tax in taxes), ZERO)


def _kept(taxes: Taxes) -> Taxes:
    return {key: rounding.to_places(tax, rounding.PRECISION) for key, tax in taxes.items()}


def _cost_by_class(order: Order) -> dict[str | None, Decimal]:
    """Return what each tax class of the order costs; None is what bears no tax."""
    first = next((line.tax_class for line in order.lines), "")
    costs: dict[str | None, Decimal] = {}
    for item in order.items():
        if item.total < 0:
            continue
        own = first if isinstance(item, ShippingLine) else item.tax_class
        key = own if item.tax_status == "taxable" else None
        costs[key] = costs.get(key, ZERO) + item.total
    return costs

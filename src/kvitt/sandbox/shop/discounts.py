"""Coupons: how a discount is spread over the lines of an order.

Everything is counted in cents of the price customers see. What rounding leaves over is given
out a cent at a time, so that 50.00 off three products is 16.67, 16.67 and 16.66
(woocommerce-facts.md §3).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import ROUND_FLOOR, Decimal

from kvitt.sandbox.shop import rounding, taxes
from kvitt.sandbox.shop.catalogue import Coupon
from kvitt.sandbox.shop.records import ZERO, CouponLine, LineItem, Order
from kvitt.sandbox.shop.taxes import TaxRules

_CENTS = Decimal(100)
Spread = dict[int, Decimal]


@dataclass(slots=True)
class _Slice:
    """One line on the table while coupons are cut."""

    line: LineItem
    price: Decimal
    given: dict[str, Decimal] = field(default_factory=dict)

    @property
    def left(self) -> Decimal:
        return self.price - sum(self.given.values(), ZERO)

    def give(self, code: str, cents: Decimal) -> Decimal:
        self.given[code] = self.given.get(code, ZERO) + cents
        return cents


def with_coupons(order: Order, rules: TaxRules, find: Callable[[str], Coupon | None]) -> Order:
    """Return the order with the coupons it bears cut out of its lines anew."""
    slices = [_Slice(line, _price(line, order, rules)) for line in order.lines]
    slices.sort(key=lambda piece: -piece.price)
    for coupon_line in order.coupons:
        coupon = find(coupon_line.code)
        if coupon:
            _CUTS[coupon.type](coupon, [piece for piece in slices if piece.price > 0])
    by_id = {piece.line.id: piece for piece in slices}
    return replace(
        order,
        lines=tuple(_cut(by_id[line.id], order, rules) for line in order.lines),
        coupons=tuple(_summed(c, slices, order, rules) for c in order.coupons),
    )


def _price(line: LineItem, order: Order, rules: TaxRules) -> Decimal:
    gross = line.subtotal
    if order.prices_include_tax:
        gross += taxes.subtotal_tax_of(line, rules.settings)
    return gross * _CENTS


def _percent(coupon: Coupon, slices: list[_Slice]) -> None:
    whole = given = ZERO
    for piece in slices:
        price = rounding.to_places(piece.price, 0)
        wanted = (price * coupon.amount / 100).to_integral_value(ROUND_FLOOR)
        cut = rounding.discount_to_cents(min(piece.left, wanted))
        whole += price
        given += piece.give(coupon.code, cut)
    due = rounding.discount_to_cents(whole * coupon.amount / 100)
    if given < due:
        _remainder(coupon, slices, due - given)


def _fixed_product(coupon: Coupon, slices: list[_Slice]) -> None:
    _each(coupon, slices, coupon.amount * _CENTS)


def _fixed_cart(coupon: Coupon, slices: list[_Slice]) -> None:
    left = coupon.amount * _CENTS
    count = sum(piece.line.quantity for piece in slices)
    while left > 0 and count:
        each = (left / count).to_integral_value(ROUND_FLOOR)
        if each == 0:
            _remainder(coupon, slices, left)
            return
        given = _each(coupon, slices, each)
        if given <= 0:
            return
        left -= given


def _each(coupon: Coupon, slices: list[_Slice], cents: Decimal) -> Decimal:
    given = ZERO
    for piece in slices:
        wanted = cents * piece.line.quantity
        given += piece.give(coupon.code, rounding.discount_to_cents(min(piece.left, wanted)))
    return given


def _remainder(coupon: Coupon, slices: list[_Slice], left: Decimal) -> None:
    units = [piece for piece in slices for _ in range(piece.line.quantity)]
    for piece in units:
        if left <= 0:
            return
        left -= piece.give(coupon.code, min(piece.left, Decimal(1)))


_CUTS: dict[str, Callable[[Coupon, list[_Slice]], None]] = {
    "percent": _percent,
    "fixed_cart": _fixed_cart,
    "fixed_product": _fixed_product,
}


def _cut(piece: _Slice, order: Order, rules: TaxRules) -> LineItem:
    amount = sum(piece.given.values(), ZERO) / _CENTS
    if order.prices_include_tax and piece.line.tax_status == "taxable":
        rates = rules.rates_for(piece.line.tax_class)
        amount -= sum(taxes.in_gross(amount, rates).values(), ZERO)
    return replace(piece.line, total=max(ZERO, piece.line.subtotal - amount))


def _summed(
    coupon: CouponLine, slices: list[_Slice], order: Order, rules: TaxRules
) -> CouponLine:
    discount = tax = ZERO
    split = taxes.in_gross if order.prices_include_tax else taxes.on_net
    for piece in slices:
        given = piece.given.get(coupon.code, ZERO) / _CENTS
        discount += given
        if piece.line.tax_status == "taxable":
            parts = split(given, rules.rates_for(piece.line.tax_class))
            tax += rounding.tax(sum(parts.values(), ZERO), rules.settings)
    net = discount - tax if order.prices_include_tax else discount
    return replace(coupon, discount=net, discount_tax=tax)

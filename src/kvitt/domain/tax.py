"""Tax inside a gross amount, in Klarna's terms.

Klarna is told a rate and the tax contained in the total, and allows one minor unit
between them (klarna-api.md §6.1). The shop's stored percentages are tried first, so
that the rate on the customer's invoice is the one that was applied; only where they do
not explain the tax is a rate computed from the amounts.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from kvitt.domain.lines import within_tolerance

#: One hundred percent, with Klarna's two implied decimals; the Payments API allows no more.
HIGHEST_RATE = 10_000


def contained(total: int, *, rate: int) -> int:
    """Return the tax that the rate finds in a gross total, halves away from zero."""
    return _divided(total * rate, 10_000 + rate)


def choose_rate(total: int, *, tax: int, percentages: Sequence[Decimal]) -> int:
    """Return the rate that explains the tax: the stored ones together, else the effective one.

    Several rates on one line are added; where one is charged on top of another
    (compound), they are multiplied; the first that explains the tax is taken.
    """
    if not tax:
        return 0
    for percent in (_sum(percentages), _compound(percentages)):
        rate = _implied(percent)
        if 0 < rate <= HIGHEST_RATE and within_tolerance(total, rate=rate, tax=tax):
            return rate
    return _effective(total, tax=tax)


def settle(total: int, *, rate: int, tax: int) -> int:
    """Return the tax, or what the rate finds where the tax is not within tolerance of it."""
    if within_tolerance(total, rate=rate, tax=tax):
        return tax
    return contained(total, rate=rate)


def _effective(total: int, *, tax: int) -> int:
    net = total - tax
    if not net:
        return 0
    return min(max(_divided(tax * 10_000, net), 0), HIGHEST_RATE)


def _sum(percentages: Sequence[Decimal]) -> Decimal:
    return sum(percentages, start=Decimal(0))


def _compound(percentages: Sequence[Decimal]) -> Decimal:
    whole = Decimal(1)
    for percent in percentages:
        whole *= 1 + percent / 100
    return (whole - 1) * 100


def _implied(percent: Decimal) -> int:
    return int((percent * 100).to_integral_value(ROUND_HALF_UP))


def _divided(dividend: int, divisor: int) -> int:
    """Divide, rounding halves away from zero."""
    if divisor < 0:
        dividend, divisor = -dividend, -divisor
    quotient = (2 * abs(dividend) + divisor) // (2 * divisor)
    return quotient if dividend >= 0 else -quotient

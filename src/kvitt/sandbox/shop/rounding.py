"""Rounding and number text the way PHP and WooCommerce do them.

Amounts are rounded half up, discounts half down, and taxes half down when the shop's prices
include tax and half up when they do not: always by the shop's present setting, also for old
orders (woocommerce-facts.md §3).
"""

from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

from kvitt.sandbox.shop.catalogue import Settings

#: WooCommerce keeps unrounded amounts with six decimals.
PRECISION = 6


def to_places(value: Decimal, places: int) -> Decimal:
    """Round half up, away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def discount_to_cents(value: Decimal) -> Decimal:
    """Round a discount, counted in cents, half down to whole cents."""
    return value.quantize(Decimal(1), rounding=ROUND_HALF_DOWN)


def tax(value: Decimal, settings: Settings) -> Decimal:
    """Round a tax to the shop's decimals, by its present tax rounding."""
    mode = ROUND_HALF_DOWN if settings.prices_include_tax else ROUND_HALF_UP
    return value.quantize(Decimal(1).scaleb(-settings.decimals), rounding=mode)


def money(value: Decimal, places: int) -> str:
    """Return an amount as REST sends it, such as `1039.96`; minus zero becomes zero."""
    rounded = to_places(value, places)
    return f"{abs(rounded) if rounded == 0 else rounded:f}"


def trimmed(value: Decimal) -> str:
    """Return a number as PHP prints it: no trailing zeros, no exponent."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def number(value: Decimal | float) -> int | float:
    """Return a number as PHP's json_encode sends it: whole numbers without a fraction."""
    as_float = float(value)
    return int(as_float) if as_float.is_integer() else as_float

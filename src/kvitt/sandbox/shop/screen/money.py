"""Money as people read and type it on the order screen.

`shown` writes an amount the way WooCommerce does for a shop of that currency, `typed` writes
it for an input field, and `parse` reads what somebody typed. No float anywhere.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

#: WooCommerce keeps unrounded amounts with six decimals.
PRECISION = 6
_NBSP = "\u00a0"
_LONGEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a currency is written: `{}` in the pattern is the number."""

    pattern: str
    decimal: str = "."
    thousands: str = ","


def _right(symbol: str) -> Style:
    return Style(pattern=f"{{}}{_NBSP}{symbol}", decimal=",", thousands=_NBSP)


#: Symbols and their places as WooCommerce suggests them for a shop of the currency's country.
STYLES = {
    "SEK": _right("kr"),
    "NOK": _right("kr"),
    "DKK": Style(pattern=f"{{}}{_NBSP}kr.", decimal=",", thousands="."),
    "PLN": _right("zł"),
    "CZK": _right("Kč"),
    "HUF": _right("Ft"),
    "RON": Style(pattern=f"{{}}{_NBSP}lei", decimal=",", thousands="."),
    "EUR": Style(pattern="€{}"),
    "GBP": Style(pattern="£{}"),
    "USD": Style(pattern="${}"),
    "CAD": Style(pattern="${}"),
    "AUD": Style(pattern="${}"),
    "NZD": Style(pattern="${}"),
    "MXN": Style(pattern="${}"),
    "CHF": Style(pattern=f"CHF{_NBSP}{{}}", thousands="’"),
}


class Mistyped(Exception):
    """Something in a form cannot be read; the message says which field and why."""


def style_of(currency: str) -> Style:
    """Return how a currency is written; an unknown one is written with its code."""
    return STYLES.get(currency, Style(pattern=f"{currency}{_NBSP}{{}}"))


def rounded(amount: Decimal, decimals: int) -> Decimal:
    """Round half up, as WooCommerce shows amounts."""
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def shown(amount: Decimal, currency: str, decimals: int) -> str:
    """Return an amount as text, such as `1 483,00 kr`."""
    style = style_of(currency)
    value = rounded(amount, decimals)
    whole, _, fraction = f"{abs(value):,f}".partition(".")
    number = whole.replace(",", style.thousands)
    if fraction:
        number += style.decimal + fraction
    return ("-" if value < 0 else "") + style.pattern.format(number)


def typed(amount: Decimal, currency: str) -> str:
    """Return an amount for an input field: no symbol, no trailing zeros, the shop's comma."""
    text = f"{rounded(amount, PRECISION):f}".rstrip("0").rstrip(".")
    return ("0" if text in {"-0", ""} else text).replace(".", style_of(currency).decimal)


def fixed(amount: Decimal, currency: str, decimals: int) -> str:
    """Return an amount for an input field with the currency's decimals, such as `499,00`."""
    return f"{rounded(amount, decimals):f}".replace(".", style_of(currency).decimal)


def parse(text: str, *, field: str, decimals: int = PRECISION) -> Decimal:
    """Read an amount. Comma and point both work; the last of them is the decimal sign."""
    compact = re.sub(r"[\s\u00a0\u202f’']", "", text)
    last = max(compact.rfind(","), compact.rfind("."))
    if last >= 0:
        whole = re.sub(r"[.,]", "", compact[:last])
        compact = f"{whole}.{compact[last + 1 :]}"
    if len(compact) > _LONGEST or not re.fullmatch(r"-?[0-9]*\.?[0-9]*", compact, re.ASCII):
        raise Mistyped(f"{field}: “{text[:40]}” is not an amount.")
    try:
        amount = Decimal(compact)
    except InvalidOperation:
        raise Mistyped(f"{field}: “{text[:40]}” is not an amount.") from None
    if rounded(amount, decimals) != amount:
        raise Mistyped(f"{field}: “{text[:40]}” has more than {decimals} decimals.")
    return amount


def parse_quantity(text: str, *, field: str) -> int:
    """Read a quantity: a whole number, not below zero."""
    compact = text.strip()
    if not re.fullmatch(r"[0-9]{1,9}", compact):
        raise Mistyped(f"{field}: “{text[:40]}” is not a whole number.")
    return int(compact)

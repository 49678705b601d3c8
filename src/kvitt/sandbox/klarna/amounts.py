"""Amounts as people write them, to and from minor units.

Every purchase currency met counts two decimals (klarna-api.md §5).
"""

import re

_SHAPE = re.compile(r"(\d+)(?:[.,](\d{1,2}))?")


def render(minor: int, currency: str = "") -> str:
    """Write minor units as `1,234.50 SEK`."""
    whole, part = divmod(abs(minor), 100)
    sign = "−" if minor < 0 else ""
    return f"{sign}{whole:,}.{part:02d} {currency}".rstrip()


def plain(minor: int) -> str:
    """Write minor units as a form field takes them: `1234.50`."""
    whole, part = divmod(minor, 100)
    return f"{whole}.{part:02d}"


def parse(text: str) -> int:
    """Read `1234.50` or `1234,5` as minor units; ValueError if it is not an amount."""
    found = _SHAPE.fullmatch(text.strip().replace(" ", ""))
    if not found:
        raise ValueError(f"“{text}” is not an amount such as 123.45")
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))

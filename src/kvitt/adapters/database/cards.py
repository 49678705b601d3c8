"""What looks like a card number is not kept.

Card numbers have no business in an order, so none is expected; but a customer can type
one into a note, and a body that is kept for a person to read would hold it then. Only such
bodies are masked: what an order says is never changed, for a product's bar code can look
like a card number as well (reliability.md §8, PCI).
"""

import re

#: Thirteen to nineteen digits (ISO/IEC 7812), as people write them.
_SHAPE = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")
_KEPT = 4


def mask(text: str) -> tuple[str, int]:
    """Return the text with card numbers masked but for their end, and how many there were."""
    found = 0

    def masked(match: re.Match[str]) -> str:
        nonlocal found
        digits = re.sub("[ -]", "", match[0])
        if not _has_check_digit(digits):
            return match[0]
        found += 1
        return "*" * (len(digits) - _KEPT) + digits[-_KEPT:]

    return _SHAPE.sub(masked, text), found


def _has_check_digit(digits: str) -> bool:
    """Say whether the last digit is the check of the others (ISO/IEC 7812-1, Luhn)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)  # noqa: PLR2004 - the sum of the two digits
    return total % 10 == 0

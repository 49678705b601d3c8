"""The arithmetic of order lines (klarna-api.md §6.1, §6.2).

Law: integers only. Each check returns the fields that do not add up; whether that is
a refusal or a warning is decided by whoever asked.
"""

from collections.abc import Sequence

from kvitt.sandbox.klarna.orders import Json

#: Tax may be off by one minor unit (§6.1, rule 2).
_SLACK = 1
_WHOLE_RATE = 10_000


def contained_tax(total: int, rate: int) -> int:
    """Return the tax contained in a gross total, rounded half away from zero."""
    over = _WHOLE_RATE + rate
    doubled = 2 * abs(total) * rate + over
    tax = doubled // (2 * over)
    return -tax if total < 0 else tax


def crooked_fields(lines: Sequence[Json]) -> list[str]:
    """Return the dotted names of line fields that break rules 1 and 2."""
    crooked = []
    for number, line in enumerate(lines):
        discount = line.get("total_discount_amount", 0)
        if line["total_amount"] != line["quantity"] * line["unit_price"] - discount:
            crooked.append(f"order_lines[{number}].total_amount")
        if not _tax_fits(line):
            crooked.append(f"order_lines[{number}].total_tax_amount")
    return crooked


def _tax_fits(line: Json) -> bool:
    # A line without tax figures makes no claim; the schema requires neither.
    if "tax_rate" not in line and "total_tax_amount" not in line:
        return True
    expected = contained_tax(line["total_amount"], line.get("tax_rate", 0))
    told: int = line.get("total_tax_amount", 0)
    return abs(told - expected) <= _SLACK


def total(lines: Sequence[Json]) -> int:
    """Return what the lines come to."""
    return sum(line["total_amount"] for line in lines)


def tax_total(lines: Sequence[Json]) -> int:
    """Return the tax of the lines; a `sales_tax` line is tax as a whole (§6.1, rule 4)."""
    return sum(
        line["total_amount"]
        if line.get("type") == "sales_tax"
        else line.get("total_tax_amount", 0)
        for line in lines
    )

"""The order lines of a part of an order: some pieces, some amount, or what is left.

Parts add up to the whole whatever the order they come in, because each is the
difference of two sums counted from the start and never a share rounded by itself.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from kvitt.domain import tax
from kvitt.domain.lines import TEXT_LIMIT, LineType, OrderLine, sum_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What parts have had so far, by the reference of the line."""

    quantities: Mapping[str, int] = field(default_factory=dict)
    #: Minor units.
    amounts: Mapping[str, int] = field(default_factory=dict)


def quantities_of(lines: Iterable[OrderLine]) -> dict[str, int]:
    """Return the pieces on the lines, by reference: what the journal keeps of a part."""
    count: Counter[str] = Counter()
    for line in lines:
        count[line.reference] += line.quantity
    return dict(count)


def amounts_of(lines: Iterable[OrderLine]) -> dict[str, int]:
    """Return the minor units on the lines, by reference: what the journal keeps of a part."""
    count: Counter[str] = Counter()
    for line in lines:
        count[line.reference] += line.total_amount
    return dict(count)


def pieces(line: OrderLine, quantity: int, *, before: int = 0) -> OrderLine:
    """Return so many pieces of a line of which so many have been taken before."""
    start = _amount_of_first(line, before)
    end = _amount_of_first(line, before + quantity)
    total = end - start
    taxes = _tax_of_first(line, before + quantity, end) - _tax_of_first(line, before, start)
    return replace(
        line,
        quantity=quantity,
        total_amount=total,
        total_discount_amount=line.unit_price * quantity - total,
        total_tax_amount=tax.settle(total, rate=line.tax_rate, tax=taxes),
    )


def spread(
    lines: Iterable[OrderLine], amount: int, *, label: str = ""
) -> tuple[OrderLine, ...]:
    """Spread an amount over lines in proportion, so that every tax rate has its share.

    The lines must come to more than nothing.
    """
    lines = tuple(lines)
    whole = sum_of(lines)
    shares = []
    seen = start = 0
    for line in lines:
        seen += line.total_amount
        end = amount * seen // whole
        if end != start:
            shares.append(share_of(line, end - start, label=label))
        start = end
    return tuple(shares)


def share_of(line: OrderLine, amount: int, *, label: str = "") -> OrderLine:
    """Return a line of one piece that is worth the amount, taxed as the line is."""
    return replace(
        line,
        name=f"{label}{line.name}"[:TEXT_LIMIT],
        quantity=1,
        unit_price=amount,
        total_amount=amount,
        total_discount_amount=0,
        total_tax_amount=tax.contained(amount, rate=line.tax_rate),
    )


def deduction(
    lines: Iterable[OrderLine], amount: int, *, reference: str, name: str
) -> tuple[OrderLine, ...]:
    """Return discount lines that lower an order by the amount, one for each tax rate."""
    by_rate: dict[int, int] = {}
    samples: dict[int, OrderLine] = {}
    for line in lines:
        by_rate[line.tax_rate] = by_rate.get(line.tax_rate, 0) + line.total_amount
        samples.setdefault(line.tax_rate, line)
    groups = (
        replace(
            samples[rate],
            type=LineType.DISCOUNT,
            reference=reference,
            name=name,
            total_amount=total,
            product_url="",
            image_url="",
        )
        for rate, total in by_rate.items()
    )
    return spread(groups, -amount)


def rest(lines: Iterable[OrderLine], taken: Taken) -> tuple[OrderLine, ...]:
    """Return what is left of the lines after the parts that have been taken."""
    quantities = Counter(taken.quantities)
    amounts = Counter(taken.amounts)
    left = []
    for line in lines:
        had = min(quantities[line.reference], line.quantity)
        worth = _within(line.total_amount, amounts[line.reference])
        quantities[line.reference] -= had
        amounts[line.reference] -= worth
        if worth != line.total_amount:
            left.append(_left_of(line, had=had, worth=worth))
    return tuple(left)


def _left_of(line: OrderLine, *, had: int, worth: int) -> OrderLine:
    """Return the rest of one line, by pieces where the amounts were those of pieces."""
    if had < line.quantity and worth == _amount_of_first(line, had):
        return pieces(line, line.quantity - had, before=had)
    return share_of(line, line.total_amount - worth)


def _within(total: int, amount: int) -> int:
    """Return the part of an amount that one line can have had."""
    return min(max(amount, min(total, 0)), max(total, 0))


def _amount_of_first(line: OrderLine, count: int) -> int:
    """Return what the first so many pieces cost: rounded down, so no discount is negative."""
    return line.total_amount * count // line.quantity


def _tax_of_first(line: OrderLine, count: int, amount: int) -> int:
    if count == line.quantity:
        return line.total_tax_amount
    return tax.contained(amount, rate=line.tax_rate)


def taxed(line: OrderLine, *, rate: int) -> OrderLine:
    """Return the line with the tax that a rate finds in it."""
    taxes = tax.contained(line.total_amount, rate=rate)
    return replace(line, tax_rate=rate, total_tax_amount=taxes)

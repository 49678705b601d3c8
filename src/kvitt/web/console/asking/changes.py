"""What an update changes: Klarna's lines as last read beside those that it would get.

The law: a figure that Klarna did not say is a dash, and never counts as a difference.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from django.utils.translation import gettext_lazy as _

from kvitt.domain.klarna_order import KlarnaLine
from kvitt.domain.lines import OrderLine
from kvitt.domain.money import Money
from kvitt.web.console import text

Line: TypeAlias = KlarnaLine | OrderLine

#: What a figure of a line is called, in the order of the table's columns.
FIGURES = (_("Quantity"), _("Unit price"), _("Discount"), _("Tax"), _("Total with tax"))
_DISCOUNT = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One figure of a line before and after, in words; empty where it is not known."""

    name: Any
    before: str
    after: str

    @property
    def differs(self) -> bool:
        """Say whether it is known to be another."""
        return bool(self.before and self.after) and self.before != self.after

    @property
    def known(self) -> bool:
        """Say whether there is anything to show."""
        return bool(self.before or self.after)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One line before and after; one of them is None where it is not there."""

    #: As it will be, or as it was where it goes.
    line: Line
    before: Line | None
    after: Line | None
    figures: tuple[Figure, ...]

    @property
    def differs(self) -> bool:
        """Say whether the line is added, removed or another."""
        there = self.before is not None and self.after is not None
        return not there or any(figure.differs for figure in self.figures)


def changes_of(
    before: Iterable[KlarnaLine], after: Iterable[Line], *, currency: str
) -> tuple[Change, ...]:
    """Return the lines as they will be, and then those that go.

    Lines belong together by their references; equal ones in the order they stand in.
    """
    there: defaultdict[str, deque[KlarnaLine]] = defaultdict(deque)
    for line in before:
        there[line.reference or line.name].append(line)
    changes = []
    for new in after:
        known = there[new.reference or new.name]
        old = known.popleft() if known else None
        changes.append(_change(new, before=old, after=new, currency=currency))
    gone = (
        _change(line, before=line, after=None, currency=currency)
        for lines in there.values()
        for line in lines
    )
    return _without_discounts((*changes, *gone))


def _without_discounts(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Leave the discounts out where no line has one."""
    if any(each.figures[_DISCOUNT].known for each in changes):
        return changes
    return tuple(
        replace(each, figures=each.figures[:_DISCOUNT] + each.figures[_DISCOUNT + 1 :])
        for each in changes
    )


def _change(line: Line, *, before: Line | None, after: Line | None, currency: str) -> Change:
    figures = zip(FIGURES, _figures(before, currency), _figures(after, currency), strict=True)
    return Change(
        line=line,
        before=before,
        after=after,
        figures=tuple(Figure(name=name, before=old, after=new) for name, old, new in figures),
    )


def _figures(line: Line | None, currency: str) -> tuple[str, ...]:
    """Return what a line says, in the order of ``FIGURES``."""
    if line is None:
        return ("",) * len(FIGURES)
    return (
        text.number(line.quantity),
        _money(line.unit_price, currency),
        _money(_discount(line), currency),
        _tax(line, currency),
        _money(line.total_amount, currency),
    )


def _discount(line: Line) -> int | None:
    """Return by what a line costs less than its pieces; None where it does not."""
    if line.unit_price is None:
        return None
    return line.quantity * line.unit_price - line.total_amount or None


def _money(minor: int | None, currency: str) -> str:
    return "" if minor is None else text.money(Money(minor, currency))


def _tax(line: Line, currency: str) -> str:
    """Return a line's tax with its rate: "SEK 50.00 (25%)"."""
    tax = _money(line.total_tax_amount, currency)
    if not tax or line.tax_rate is None:
        return tax
    return f"{tax} ({text.rate(line.tax_rate)})"

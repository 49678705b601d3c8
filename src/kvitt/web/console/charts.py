"""Figures as pictures: bars beside the rows of a table, and columns over days.

The law: a picture shows what the table beside it says and nothing else. Places and
lengths are text, so that no language writes them with a comma; colours come from the
stylesheet, so that light, dark and forced colours all work.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kvitt.domain.money import Money

WIDTH = 1000
HEIGHT = 240
#: The smallest amount is still seen.
LEAST = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One row of a table with its bar."""

    name: Any
    count: int
    amount: Money | None
    #: Of ``WIDTH``.
    length: str
    #: ``good``, ``warn``, ``bad``, ``calm``: a class of the stylesheet.
    tone: str
    #: The list that the figure leads to; empty where there is none.
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What a bar is made of."""

    name: Any
    count: int
    amount: Money | None = None
    tone: str = "calm"
    address: str = ""


def bars(rows: Sequence[Row]) -> tuple[Bar, ...]:
    """Return the rows with bars, the longest as wide as the picture."""
    longest = max((_size(row) for row in rows), default=0)
    return tuple(
        Bar(
            name=row.name,
            count=row.count,
            amount=row.amount,
            length=str(_scaled(_size(row), longest, WIDTH)),
            tone=row.tone,
            address=row.address,
        )
        for row in rows
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """What was captured and refunded on one day."""

    day: date
    captured: Money
    captures: int
    refunded: Money
    refunds: int
    #: The lists that the two figures lead to.
    captures_at: str = ""
    refunds_at: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One day's two columns: captured upwards, refunded downwards."""

    day: Day
    x: str
    width: str
    up_y: str
    up: str
    down: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """A picture of days."""

    columns: tuple[Column, ...]
    #: Where the line of nothing is.
    base: str


def columns(days: Sequence[Day]) -> Columns:
    """Return days as columns, the oldest first."""
    highest = max((day.captured.minor for day in days), default=0)
    lowest = max((day.refunded.minor for day in days), default=0)
    base = HEIGHT if not lowest else HEIGHT * highest // max(highest + lowest, 1)
    step = WIDTH // max(len(days), 1)
    found = []
    for nth, day in enumerate(days):
        up = _scaled(day.captured.minor, highest, base)
        found.append(
            Column(
                day=day,
                x=str(nth * step),
                width=str(max(step - max(step // 5, 1), 1)),
                up_y=str(base - up),
                up=str(up),
                down=str(_scaled(day.refunded.minor, lowest, HEIGHT - base)),
            )
        )
    return Columns(columns=tuple(found), base=str(base))


def _size(row: Row) -> int:
    return row.count if row.amount is None else row.amount.minor


def _scaled(value: int, largest: int, length: int) -> int:
    if value <= 0 or largest <= 0:
        return 0
    return max(value * length // largest, LEAST)

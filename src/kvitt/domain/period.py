"""A month, as books are closed by it."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Self

#: Far months cannot be moved between time zones, and no order is that old.
FIRST_YEAR, LAST_YEAR = 1990, 2990
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month of the calendar, as people write it: 2026-11."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a month; None where it is none."""
        found = _MONTH.fullmatch(text)
        if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            return None
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month of a day."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"

    @property
    def first(self) -> date:
        """Return its first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Return its last day."""
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    @property
    def before(self) -> Self:
        """Return the month before."""
        return type(self).of(self.first - _DAY)

    @property
    def after(self) -> Self:
        """Return the month after."""
        return type(self).of(self.last + _DAY)

    def within(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Return when it begins, and when the next one does, in a time zone."""
        return (
            datetime.combine(self.first, time.min, zone),
            datetime.combine(self.after.first, time.min, zone),
        )

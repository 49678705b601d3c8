"""A period's orders as books: what both sides come to, by shop and currency.

The law: what is counted as different here is what a list of differences lists, and the
difference of two sums is what its listed orders add up to.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kvitt.domain.comparison import Verdict
from kvitt.domain.money import Money

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """When orders were last read, the oldest and the newest; None where none was."""

    oldest: datetime | None = None
    newest: datetime | None = None

    @property
    def at_once(self) -> bool:
        """Say whether all were read within a minute."""
        if self.oldest is None or self.newest is None:
            return True
        return self.newest - self.oldest < _MINUTE

    def __or__(self, other: "Read") -> "Read":
        known = [self.oldest, other.oldest, self.newest, other.newest]
        moments = [moment for moment in known if moment is not None]
        return Read(oldest=min(moments, default=None), newest=max(moments, default=None))


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """One shop's orders in one currency; that of orders that were never read is empty."""

    shop: int
    shop_name: str
    currency: str
    #: How many orders came to which verdict.
    counts: Mapping[Verdict, int]
    shop_minor: int
    klarna_minor: int
    #: When the shop was asked last, and when Klarna was.
    shop_read: Read = field(default_factory=Read)
    klarna_read: Read = field(default_factory=Read)

    @property
    def compared(self) -> int:
        """How many orders were compared."""
        return sum(times for verdict, times in self.counts.items() if verdict.compared)

    @property
    def agree(self) -> int:
        """How many of them agree."""
        return self.counts.get(Verdict.AGREES, 0)

    @property
    def differ(self) -> int:
        """How many of them do not."""
        return self.compared - self.agree

    @property
    def left_alone(self) -> int:
        """How many are left alone on purpose."""
        return self.counts.get(Verdict.NOT_MANAGED, 0)

    @property
    def shop_sum(self) -> Money | None:
        """Completed in the shop, less its refunds."""
        return Money(self.shop_minor, self.currency) if self.currency else None

    @property
    def klarna_sum(self) -> Money | None:
        """Captured at Klarna, less what was refunded there."""
        return Money(self.klarna_minor, self.currency) if self.currency else None

    @property
    def apart(self) -> Money | None:
        """Klarna's sum less the shop's."""
        minor = self.klarna_minor - self.shop_minor
        return Money(minor, self.currency) if self.currency else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciliation:
    """All books of a period, and what they come to together."""

    books: tuple[Book, ...]

    @property
    def compared(self) -> int:
        """How many orders were compared."""
        return sum(book.compared for book in self.books)

    @property
    def differ(self) -> int:
        """How many of them differ."""
        return sum(book.differ for book in self.books)

    @property
    def left_alone(self) -> int:
        """How many are left alone on purpose."""
        return sum(book.left_alone for book in self.books)

    @property
    def reasons(self) -> Mapping[Verdict, int]:
        """How many orders differ for which reason, the most frequent first."""
        counted: Counter[Verdict] = Counter()
        for book in self.books:
            counted.update(book.counts)
        return {verdict: times for verdict, times in counted.most_common() if verdict.differs}

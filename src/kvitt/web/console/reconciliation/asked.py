"""What the address of the reconciliation asks: the month, the shop, the reason, the page.

The law: the whole state of the page is in its address. A month is one of the reader's own
time zone. What cannot be read is left out, never guessed.
"""

from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone

from kvitt.adapters.database.reads import Shops
from kvitt.adapters.database.reconciliation import Question
from kvitt.domain.comparison import DIFFERENCES, Verdict
from kvitt.domain.period import Month
from kvitt.web.console.question import ID_DIGITS

#: Months to choose from, this one among them; older ones are reached one by one.
CHOICES = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One reading of the address."""

    month: Month
    #: The reader's month of today.
    today: Month
    shop: int | None = None
    #: Only differences of this reason.
    reason: Verdict | None = None
    #: The row id of the order before this page.
    after: int | None = None

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """Read an address. Never fails."""
        today = Month.of(timezone.localdate())
        named = [each for each in DIFFERENCES if each.value == query.get("reason", "")]
        return cls(
            month=Month.parse(query.get("month", "")) or today,
            today=today,
            shop=_row_id(query.get("shop", "")),
            reason=named[0] if named else None,
            after=_row_id(query.get("after", "")),
        )

    def within(self, shops: Shops) -> Question:
        """Return what is asked of the database, in the shops that the reader may see."""
        start, end = self.month.within(timezone.get_current_timezone())
        own = shops
        if self.shop is not None:
            own = {self.shop} if shops is None else {self.shop} & set(shops)
        return Question(start=start, end=end, shops=own, verdict=self.reason)

    @property
    def months(self) -> tuple[Month, ...]:
        """Return the months to choose from, the newest first."""
        found = [self.today]
        while len(found) < CHOICES:
            found.append(found[-1].before)
        return tuple(sorted({*found, self.month}, reverse=True))

    @property
    def parts(self) -> dict[str, str]:
        """Return what stands in the address, without the page."""
        return {
            "month": str(self.month),
            "shop": str(self.shop or ""),
            "reason": self.reason.value if self.reason else "",
        }

    @property
    def address(self) -> str:
        """Return the query of this page's beginning."""
        return "?" + urlencode({name: text for name, text in self.parts.items() if text})

    def of(self, month: Month) -> str:
        """Return the address of another month, of the same shop."""
        return replace(self, month=month, reason=None, after=None).address

    def because(self, reason: Verdict | None) -> str:
        """Return the address of the differences of one reason, or of all."""
        return replace(self, reason=reason, after=None).address

    def following(self, after: int) -> str:
        """Return the address of the page that begins after an order."""
        return f"{self.address}&after={after}"


def _row_id(text: str) -> int | None:
    known = text.isascii() and text.isdecimal() and len(text) <= ID_DIGITS
    return int(text) if known else None

"""The parts of the overview's sums, each with the list that it leads to.

The law: parts are of whole days where the reader is, as lists are, so that a part and its
list hold the same orders.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database import sums
from kvitt.adapters.database.models import MovementKind
from kvitt.adapters.database.reads import Shops
from kvitt.adapters.database.sums import Share
from kvitt.domain.money import Money
from kvitt.web.console import addresses, charts
from kvitt.web.console.charts import Bar, Day, Row
from kvitt.web.console.moved import ELSEWHERE, LONGER, WAIT_NAMES, WAITS, Moved, start_of
from kvitt.web.console.question import UNKNOWN

REASONS = 8

_DAY = timedelta(days=1)
#: Parts by whole days from today where the reader is, so that a list of days is the same:
#: the last day of each, its name, and how loudly it is said.
_ENDS: tuple[tuple[int, Any, str], ...] = (
    (-1, _("Ended before today"), "bad"),
    (0, _("Today"), "bad"),
    (3, _("In 1 to 3 days"), "warn"),
    (7, _("In 4 to 7 days"), "warn"),
    (14, _("In 8 to 14 days"), "calm"),
)
_ENDS_LATER, _ENDS_UNKNOWN = _("Later"), _("Not known")
#: The first day that is younger than each part, the oldest first.
_AGES: tuple[tuple[int, Any], ...] = (
    (-21, _("More than 21 days ago")),
    (-14, _("15 to 21 days ago")),
    (-7, _("8 to 14 days ago")),
    (-3, _("4 to 7 days ago")),
    (0, _("1 to 3 days ago")),
)
_AGE_TODAY = _("Today")
#: Captures that waited so long have waited for something else than kvitt's turn.
_SLOW = frozenset({"3", "4", LONGER})


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """The days that are looked back at, and of which currency."""

    currency: str
    first: date
    today: date

    def day(self, distance: int) -> date:
        """Return the day so far from today."""
        return self.today + timedelta(days=distance)

    @property
    def since(self) -> datetime:
        """Return when the first day begins."""
        return start_of(self.first)


def by_end(span: Span, *, shops: Shops) -> tuple[Bar, ...]:
    """Return what is authorized and not captured by when that ends."""
    limits = [start_of(span.day(last + 1)) for last, _name, _tone in _ENDS]
    shares = sums.open_by_end(limits, currency=span.currency, shops=shops)
    rows = [
        _row(name, shares.get(nth), span, tone=tone, address=_ending(span, nth))
        for nth, (_last, name, tone) in enumerate(_ENDS)
    ]
    nth = len(_ENDS)
    later = _row(_ENDS_LATER, shares.get(nth), span, address=_ending(span, nth))
    unknown = _row(
        _ENDS_UNKNOWN, shares.get(None), span, address=still_open(span, ends=UNKNOWN)
    )
    return charts.bars([*rows, later, *([unknown] if unknown.count else [])])


def _ending(span: Span, nth: int) -> str:
    """Return the list of what ends within a part."""
    lasts = [last for last, _name, _tone in _ENDS]
    start = span.day(lasts[nth - 1] + 1).isoformat() if nth else ""
    end = span.day(lasts[nth]).isoformat() if nth < len(lasts) else ""
    return still_open(span, sort="ends", **{"ends-from": start, "ends-to": end})


def by_age(span: Span, *, shops: Shops) -> tuple[Bar, ...]:
    """Return what is authorized and not captured by when it came."""
    days = [span.day(first) for first, _name in _AGES]
    shares = sums.open_by_age(
        [start_of(day) for day in days], currency=span.currency, shops=shops
    )
    starts = ["", *(day.isoformat() for day in days)]
    ends = [*((day - _DAY).isoformat() for day in days), ""]
    names = [*(name for _first, name in _AGES), _AGE_TODAY]
    rows = [
        _row(
            name, shares.get(nth), span, address=still_open(span, **{"from": begin, "to": end})
        )
        for nth, (name, begin, end) in enumerate(zip(names, starts, ends, strict=True))
    ]
    return charts.bars(rows[::-1])


def days(span: Span, *, shops: Shops) -> Sequence[Day]:
    """Return what was captured and refunded on each day."""
    count = (span.today - span.first).days + 1
    dates = [span.first + timedelta(days=nth) for nth in range(count)]
    limits = [start_of(day) for day in (*dates, span.day(1))]
    captured, refunded = (
        sums.by_day(limits, kind=kind, currency=span.currency, shops=shops)
        for kind in (MovementKind.CAPTURE, MovementKind.REFUND)
    )
    return [_day(*of_day, span) for of_day in zip(dates, captured, refunded, strict=True)]


def _day(day: date, captured: Share, refunded: Share, span: Span) -> Day:
    of_day = replace(span, first=day, today=day)
    return Day(
        day=day,
        captured=Money(captured.minor, span.currency),
        captures=captured.count,
        captures_at=moved(of_day, MovementKind.CAPTURE),
        refunded=Money(refunded.minor, span.currency),
        refunds=refunded.count,
        refunds_at=moved(of_day, MovementKind.REFUND),
    )


def waits(span: Span, *, shops: Shops) -> tuple[Bar, ...]:
    """Return the captures by how long the shop's order waited for them."""
    limits = [limit for limit, _name in WAITS]
    counted = sums.by_wait(limits, since=span.since, currency=span.currency, shops=shops)
    counts = {
        ELSEWHERE: counted[None],
        LONGER: counted[len(WAITS)],
        **{str(nth): counted[nth] for nth in range(len(WAITS))},
    }
    rows = [
        Row(
            name=name,
            count=counts[code],
            tone="calm" if code == ELSEWHERE else "warn" if code in _SLOW else "good",
            address=moved(span, MovementKind.CAPTURE, waited=code),
        )
        for code, name in WAIT_NAMES.items()
        if code != ELSEWHERE or counts[code]
    ]
    return charts.bars(rows)


def reasons(span: Span, *, shops: Shops) -> tuple[Bar, ...]:
    """Return the refunds by what the shop gave as their reason."""
    found = sums.refund_reasons(
        since=span.since, currency=span.currency, shops=shops, most=REASONS
    )
    rows = [
        Row(
            name=reason or _t("No reason given"),
            count=share.count,
            amount=Money(share.minor, span.currency),
            address=moved(span, MovementKind.REFUND, reason=reason),
        )
        for reason, share in found
    ]
    return charts.bars(rows)


def _row(
    name: Any, share: Share | None, span: Span, *, tone: str = "calm", address: str
) -> Row:
    share = share or Share()
    return Row(
        name=name,
        count=share.count,
        amount=Money(share.minor, span.currency),
        tone=tone,
        address=address,
    )


def still_open(span: Span, **query: str) -> str:
    """Return a list of what is authorized and not captured."""
    return to("orders", view="to-capture", currency=span.currency, **query)


def moved(
    span: Span, kind: MovementKind, *, reason: str | None = None, waited: str = ""
) -> str:
    """Return a list of what moved in these days."""
    asked = Moved(kind=kind, first=span.first, last=span.today, reason=reason, waited=waited)
    return to("orders", currency=span.currency, **asked.parts)


def to(page: str, **query: str) -> str:
    """Return the address of a list; what is empty is left out."""
    asked = urlencode({name: text for name, text in query.items() if text})
    return addresses.of_page(f"console:{page}") + (f"?{asked}" if asked else "")

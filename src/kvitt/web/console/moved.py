"""Money that moved, as a list's address asks for it: which way, on which days, why, how late.

The overview's figures lead to lists by these, so both read them here: a figure and its
list are parted by the same limits.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database.models import Movement, MovementKind
from kvitt.adapters.database.reads import Shops
from kvitt.adapters.database.sums import Share

#: Far dates cannot be moved between time zones, and no order is that old.
FIRST_YEAR, LAST_YEAR = 1990, 2990
#: In an address: refunds for which no reason was given.
NO_REASON = "-"
#: Longer than a reason that is kept.
REASON_LIMIT = 100

_DAY = timedelta(days=1)
#: How long captures have waited: limit and name of each part.
WAITS: tuple[tuple[timedelta, Any], ...] = (
    (timedelta(seconds=10), _("Less than 10 seconds")),
    (timedelta(minutes=1), _("10 seconds to 1 minute")),
    (timedelta(minutes=10), _("1 to 10 minutes")),
    (timedelta(hours=1), _("10 minutes to 1 hour")),
    (_DAY, _("1 hour to 1 day")),
)
#: What comes after the last limit, and what was not waited for as far as is known.
LONGER, ELSEWHERE = "longer", "elsewhere"
WAIT_NAMES: dict[str, Any] = {
    **{str(nth): name for nth, (_span, name) in enumerate(WAITS)},
    LONGER: _("Longer than 1 day"),
    ELSEWHERE: _("Captured elsewhere"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """Money that moved one way on some days; ``capture-2026-11-01~2026-11-22``."""

    kind: MovementKind
    first: date
    last: date
    #: Of refunds: for this reason; None is for any.
    reason: str | None = None
    #: Of captures: a name of ``WAIT_NAMES``; empty is any.
    waited: str = ""

    def __str__(self) -> str:
        one = f"{self.kind.value}-{self.first.isoformat()}"
        return one if self.first == self.last else f"{one}~{self.last.isoformat()}"

    @property
    def parts(self) -> dict[str, str]:
        """Return what stands in an address for it."""
        reason = "" if self.reason is None else self.reason or NO_REASON
        return {"moved": str(self), "reason": reason, "waited": self.waited}

    @property
    def wait_name(self) -> Any:
        """Return how long the captures have waited, in words."""
        return WAIT_NAMES.get(self.waited, "")

    @property
    def condition(self) -> Q:
        """Return which rows of ``Movement`` it means."""
        wanted = Q(
            kind=self.kind.value,
            at__gte=start_of(self.first),
            at__lt=start_of(self.last + _DAY),
        )
        if self.reason is not None:
            wanted &= Q(reason=self.reason)
        return wanted & _waited(self.waited)


def read(text: str, *, reason: str = "", waited: str = "") -> Moved | None:
    """Read it from an address; None where it cannot be read."""
    kind, _between, days = text.partition("-")
    first, _until, last = days.partition("~")
    begin, end = day_in(first), day_in(last or first)
    if begin is None or end is None or kind not in MovementKind.values:
        return None
    asked = reason[:REASON_LIMIT].replace("\x00", "")
    return Moved(
        kind=MovementKind(kind),
        first=begin,
        last=end,
        reason="" if asked == NO_REASON else asked or None,
        waited=waited if waited in WAIT_NAMES else "",
    )


def share_of(moved: Moved, *, currency: str, shops: Shops) -> Share:
    """Return how many movements it means in these shops, and what they come to."""
    rows = _meant(moved, currency=currency, shops=shops)
    summed = rows.aggregate(count=Count("*"), minor=Sum("minor"))
    return Share(count=summed["count"], minor=summed["minor"] or 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Which of the orders in a list of what moved are wanted."""

    #: Only orders whose row ids come after this one, in the list's direction.
    beyond: int | None
    ascending: bool
    most: int


def orders_of(
    moved: Moved, stretch: Stretch, *, currency: str, shops: Shops
) -> tuple[int, ...]:
    """Return the orders it means in these shops, by their row ids and in their order.

    Orders get their ids as they are received, so this is the newest first, or last.
    """
    rows = _meant(moved, currency=currency, shops=shops)
    # Of a sum: by the bare column, a database that takes its rows for evenly spread would
    # walk through every movement since, in the order of an index that knows no days.
    place = F("order") + 0
    orders = rows.order_by(place.asc() if stretch.ascending else place.desc())
    side = "order__gt" if stretch.ascending else "order__lt"
    found: dict[int, None] = {}
    beyond = stretch.beyond
    while True:
        after = orders if beyond is None else orders.filter(**{side: beyond})
        # An order stands there once for each of its movements. Left out here and not in the
        # database, which would sort every row for it.
        read = list(after.values_list("order", flat=True)[: stretch.most])
        found.update(dict.fromkeys(read))
        if len(found) >= stretch.most or len(read) < stretch.most:
            return tuple(found)[: stretch.most]
        beyond = read[-1]


def _meant(moved: Moved, *, currency: str, shops: Shops) -> "QuerySet[Movement]":
    rows = Movement.objects.filter(moved.condition, currency=currency)
    return rows if shops is None else rows.filter(shop__in=shops)


def day_in(text: str) -> date | None:
    """Read a day as addresses write it; None where it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def start_of(day: date) -> datetime:
    """Return when a day begins where the reader is."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _waited(name: str) -> Q:
    """Return the condition for one part of ``WAITS``."""
    if not name:
        return Q()
    if name == ELSEWHERE:
        return Q(waited__isnull=True)
    limits = [int(span.total_seconds()) for span, _name in WAITS]
    if name == LONGER:
        return Q(waited__gte=limits[-1])
    nth = int(name)
    wanted = Q(waited__lt=limits[nth])
    return wanted & Q(waited__gte=limits[nth - 1]) if nth else wanted

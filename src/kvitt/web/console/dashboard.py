"""What an owner wants to know at a glance, each figure with the list it leads to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database import reads, sums
from kvitt.adapters.database.models import MovementKind, Shop
from kvitt.adapters.database.reads import Shops
from kvitt.adapters.database.sums import Share
from kvitt.domain.money import Money
from kvitt.web.console import charts, words
from kvitt.web.console.charts import Bar, Columns, Day, Row

#: How many days back a page may look.
SPANS = (7, 30, 90)
REASONS = 8
#: A shop that has not been heard of for longer is pointed at.
QUIET = timedelta(days=2)

_DAY = timedelta(days=1)
#: Limit, what is below it, and how loudly it is said.
_ENDS: tuple[tuple[timedelta, Any, str], ...] = (
    (timedelta(), _("Has ended"), "bad"),
    (_DAY, _("Within 1 day"), "bad"),
    (3 * _DAY, _("Within 3 days"), "warn"),
    (7 * _DAY, _("Within 7 days"), "warn"),
    (14 * _DAY, _("Within 14 days"), "calm"),
)
_ENDS_LATER, _ENDS_UNKNOWN = _("Later"), _("Not known")
#: Limit of age, the youngest last, as the row ids of parts ascend with time.
_AGES: tuple[tuple[timedelta, Any], ...] = (
    (21 * _DAY, _("Older than 21 days")),
    (14 * _DAY, _("14 to 21 days")),
    (7 * _DAY, _("7 to 14 days")),
    (3 * _DAY, _("3 to 7 days")),
    (_DAY, _("1 to 3 days")),
)
_AGE_TODAY = _("Less than 1 day")
_WAITS: tuple[tuple[timedelta, Any], ...] = (
    (timedelta(seconds=10), _("Less than 10 seconds")),
    (timedelta(minutes=1), _("10 seconds to 1 minute")),
    (timedelta(minutes=10), _("1 to 10 minutes")),
    (timedelta(hours=1), _("10 minutes to 1 hour")),
    (_DAY, _("1 hour to 1 day")),
)
#: From this part on a capture has waited for something else than kvitt's turn.
_SLOW = 3
_WAITS_LONGER, _WAIT_UNKNOWN = _("Longer than 1 day"), _("Captured elsewhere")


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """How a shop does."""

    shop: Shop
    waiting: int
    quiet: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Dashboard:
    """Everything the page shows, of one currency and so many days."""

    currency: str
    currencies: tuple[str, ...]
    days: int
    by_end: tuple[Bar, ...]
    by_age: tuple[Bar, ...]
    open: Money
    columns: Columns
    captured: Money
    refunded: Money
    #: Refunded of captured, in per mille; None where nothing was captured.
    refund_rate: int | None
    waits: tuple[Bar, ...]
    reasons: tuple[Bar, ...]
    refusals: tuple[Bar, ...]
    holds: tuple[Bar, ...]
    health: tuple[Health, ...]


def read(*, currency: str, days: int, now: datetime, shops: Shops) -> Dashboard:
    """Return the dashboard as of now. A currency nobody uses is the most used one."""
    today = timezone.localdate(now)
    since = _start(today - timedelta(days=days - 1))
    known = sums.currencies(since=since, shops=shops)
    currency = currency if currency in known else (known[0] if known else "EUR")
    by_end = _by_end(currency, now=now, shops=shops)
    moved = _days(currency, since=since, today=today, shops=shops)
    captured = Money.total((day.captured for day in moved), currency)
    refunded = Money.total((day.refunded for day in moved), currency)
    return Dashboard(
        currency=currency,
        currencies=known,
        days=days,
        by_end=by_end,
        by_age=_by_age(currency, now=now, shops=shops),
        open=Money.total((bar.amount for bar in by_end if bar.amount), currency),
        columns=charts.columns(moved),
        captured=captured,
        refunded=refunded,
        refund_rate=refunded.minor * 1000 // captured.minor if captured else None,
        waits=_waits(currency, since=since, shops=shops),
        reasons=_reasons(currency, since=since, shops=shops),
        refusals=_refusals(since=since, shops=shops),
        holds=_holds(shops=shops),
        health=_health(now=now, shops=shops),
    )


def _by_end(currency: str, *, now: datetime, shops: Shops) -> tuple[Bar, ...]:
    limits = [now + span for span, _name, _tone in _ENDS]
    shares = sums.open_by_end(limits, currency=currency, shops=shops)
    rows = [
        _row(name, shares.get(nth), currency, tone=tone, address=_ending(nth, now=now))
        for nth, (_span, name, tone) in enumerate(_ENDS)
    ]
    later = _row(
        _ENDS_LATER, shares.get(len(_ENDS)), currency, address=_ending(len(_ENDS), now=now)
    )
    unknown = _row(
        _ENDS_UNKNOWN, shares.get(None), currency, address=_orders(view="to-capture")
    )
    return charts.bars([*rows, later, *([unknown] if unknown.count else [])])


def _ending(nth: int, *, now: datetime) -> str:
    """Return the list of what ends within a part, by days as the reader counts them."""
    days = [timezone.localdate(now + span) for span, _name, _tone in _ENDS]
    start = "" if nth == 0 else days[nth - 1].isoformat()
    end = days[nth].isoformat() if nth < len(days) else ""
    return _orders(view="to-capture", sort="ends", **{"ends-from": start, "ends-to": end})


def _by_age(currency: str, *, now: datetime, shops: Shops) -> tuple[Bar, ...]:
    limits = [now - span for span, _name in _AGES]
    shares = sums.open_by_age(limits, currency=currency, shops=shops)
    days = [timezone.localdate(limit).isoformat() for limit in limits]
    starts, ends = ["", *days], [*days, ""]
    names = [*(name for _span, name in _AGES), _AGE_TODAY]
    rows = [
        _row(
            name,
            shares.get(nth),
            currency,
            address=_orders(view="to-capture", **{"from": starts[nth], "to": ends[nth]}),
        )
        for nth, name in enumerate(names)
    ]
    return charts.bars(rows[::-1])


def _days(currency: str, *, since: datetime, today: date, shops: Shops) -> Sequence[Day]:
    found: dict[tuple[date, MovementKind], Share] = {}
    for hour in sums.by_hour(since=since, currency=currency, shops=shops):
        key = (timezone.localdate(hour.start), hour.kind)
        before = found.get(key, Share())
        found[key] = Share(count=before.count + hour.count, minor=before.minor + hour.minor)
    first = timezone.localdate(since)
    return [
        _day(first + timedelta(days=nth), found, currency)
        for nth in range((today - first).days + 1)
    ]


def _day(day: date, found: Mapping[tuple[date, MovementKind], Share], currency: str) -> Day:
    captured = found.get((day, MovementKind.CAPTURE), Share())
    refunded = found.get((day, MovementKind.REFUND), Share())
    return Day(
        day=day,
        captured=Money(captured.minor, currency),
        captures=captured.count,
        refunded=Money(refunded.minor, currency),
        refunds=refunded.count,
    )


def _waits(currency: str, *, since: datetime, shops: Shops) -> tuple[Bar, ...]:
    limits = [span for span, _name in _WAITS]
    shares = sums.by_wait(limits, since=since, currency=currency, shops=shops)
    names = [*(name for _span, name in _WAITS), _WAITS_LONGER]
    rows = [
        Row(
            name=name,
            count=shares.get(nth, Share()).count,
            tone="warn" if nth >= _SLOW else "good",
        )
        for nth, name in enumerate(names)
    ]
    elsewhere = shares.get(None, Share()).count
    return charts.bars(
        [*rows, *([Row(name=_WAIT_UNKNOWN, count=elsewhere)] if elsewhere else [])]
    )


def _reasons(currency: str, *, since: datetime, shops: Shops) -> tuple[Bar, ...]:
    found = sums.refund_reasons(since=since, currency=currency, shops=shops, most=REASONS)
    rows = [
        Row(
            name=reason or _t("No reason given"),
            count=share.count,
            amount=Money(share.minor, currency),
            address=_orders(view="refunded"),
        )
        for reason, share in found
    ]
    return charts.bars(rows)


def _refusals(*, since: datetime, shops: Shops) -> tuple[Bar, ...]:
    rows = [
        Row(
            name=code or _t("No code"),
            count=count,
            tone="bad",
            address=_to("activity", state="refused", code=code),
        )
        for code, count in sums.refusals(since=since, shops=shops)
    ]
    return charts.bars(rows)


def _holds(*, shops: Shops) -> tuple[Bar, ...]:
    rows = [
        Row(
            name=words.HOLDS.get(code, code),
            count=count,
            tone="bad",
            address=_to("attention", code=code),
        )
        for code, count in sums.holds(shops=shops)
    ]
    return charts.bars(rows)


def _health(*, now: datetime, shops: Shops) -> tuple[Health, ...]:
    waiting = sums.waiting_by_shop(shops=shops)
    return tuple(
        Health(
            shop=shop,
            waiting=waiting.get(shop.pk, 0),
            quiet=shop.heard_at is None or now - shop.heard_at > QUIET,
        )
        for shop in reads.visible_shops(shops)
    )


def _row(
    name: Any, share: Share | None, currency: str, *, tone: str = "calm", address: str
) -> Row:
    share = share or Share()
    return Row(
        name=name,
        count=share.count,
        amount=Money(share.minor, currency),
        tone=tone,
        address=address,
    )


def _orders(**query: str) -> str:
    return _to("orders", **query)


def _to(page: str, **query: str) -> str:
    asked = urlencode({name: text for name, text in query.items() if text})
    return reverse(f"console:{page}") + (f"?{asked}" if asked else "")


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))

"""What an owner wants to know at a glance, each figure with the list it leads to."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _t

from kvitt.adapters.database import sums
from kvitt.adapters.database.models import MovementKind, Shop
from kvitt.adapters.database.reads import Shops
from kvitt.domain.money import Money
from kvitt.web.console import calls, charts, parted, waiting, words
from kvitt.web.console.charts import Bar, Columns, Row
from kvitt.web.console.moved import start_of
from kvitt.web.console.parted import Span
from kvitt.web.console.shops.reads import list_shops
from kvitt.web.console.shops.words import Words
from kvitt.web.console.words import Badge

#: How many days back a page may look.
SPANS = (7, 30, 90)
#: A shop that has not been heard of for longer is pointed at.
QUIET = timedelta(days=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """How a shop does."""

    shop: Shop
    state: Badge
    trouble: Words | None
    waiting: int
    #: The list of what waits in it.
    address: str
    quiet: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One amount with the list it leads to."""

    amount: Money
    count: int
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Dashboard:
    """Everything the page shows, of one currency and so many days."""

    currency: str
    currencies: tuple[str, ...]
    days: int
    by_end: tuple[Bar, ...]
    by_age: tuple[Bar, ...]
    open: Figure
    columns: Columns
    captured: Figure
    refunded: Figure
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
    span = Span(currency=currency, first=today - timedelta(days=days - 1), today=today)
    since = start_of(span.first)
    known = sums.currencies(since=since, shops=shops)
    currency = currency if currency in known else (known[0] if known else "EUR")
    span = replace(span, currency=currency)
    by_end = parted.by_end(span, shops=shops)
    moved = parted.days(span, shops=shops)
    captured = Money.total((day.captured for day in moved), currency)
    refunded = Money.total((day.refunded for day in moved), currency)
    return Dashboard(
        currency=currency,
        currencies=known,
        days=days,
        by_end=by_end,
        by_age=parted.by_age(span, shops=shops),
        open=Figure(
            amount=Money.total((bar.amount for bar in by_end if bar.amount), currency),
            count=sum(bar.count for bar in by_end),
            address=parted.still_open(span),
        ),
        columns=charts.columns(moved),
        captured=Figure(
            amount=captured,
            count=sum(day.captures for day in moved),
            address=parted.moved(span, MovementKind.CAPTURE),
        ),
        refunded=Figure(
            amount=refunded,
            count=sum(day.refunds for day in moved),
            address=parted.moved(span, MovementKind.REFUND),
        ),
        refund_rate=refunded.minor * 1000 // captured.minor if captured else None,
        waits=parted.waits(span, shops=shops),
        reasons=parted.reasons(span, shops=shops),
        refusals=_refusals(span, shops=shops),
        holds=_holds(now=now, shops=shops),
        health=_health(now=now, shops=shops),
    )


def _refusals(span: Span, *, shops: Shops) -> tuple[Bar, ...]:
    rows = [
        Row(
            name=code or _t("No code"),
            count=count,
            tone="bad",
            address=parted.to(
                "activity",
                state="refused",
                code=code or calls.NO_CODE,
                since=span.first.isoformat(),
            ),
        )
        for code, count in sums.refusals(since=span.since, shops=shops)
    ]
    return charts.bars(rows)


def _holds(*, now: datetime, shops: Shops) -> tuple[Bar, ...]:
    rows = [
        Row(
            name=words.HOLDS.get(code, code),
            count=count,
            tone="bad",
            address=parted.to("attention", code=code),
        )
        for code, count in waiting.causes(now=now, shops=shops)
    ]
    return charts.bars(rows)


def _health(*, now: datetime, shops: Shops) -> tuple[Health, ...]:
    counted = waiting.by_shop(now=now, shops=shops)
    listed = {row.shop.pk: row for row in list_shops(shops)}
    return tuple(
        Health(
            shop=shop,
            state=listed[shop.pk].state,
            trouble=listed[shop.pk].trouble,
            waiting=counted.get(shop.pk, 0),
            address=parted.to("attention", shop=str(shop.pk)),
            quiet=shop.heard_at is None or now - shop.heard_at > QUIET,
        )
        for shop in (row.shop for row in listed.values())
    )

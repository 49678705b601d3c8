"""Sums over many orders, for the dashboard. Nothing here writes.

The law: each sum reads one index that holds all it needs, over the open orders or over
the days that are asked for, and never the whole table.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Substr, TruncHour

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import (
    IntentRow,
    Movement,
    MovementKind,
    Order,
)
from kvitt.adapters.database.reads import Shops
from kvitt.domain.intents import State

OPEN = ("AUTHORIZED", "PART_CAPTURED")
#: Refusals that are looked through for their causes.
MOST = 2_000
#: "2026-11-22 18", the first letters of a moment as SQLite keeps it.
_HOUR_LETTERS = 13


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What one part of a sum comes to, in minor units of the currency asked for."""

    count: int = 0
    minor: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Hour:
    """What moved within one hour."""

    start: datetime
    kind: MovementKind
    count: int
    minor: int


def currencies(*, since: datetime, shops: Shops) -> tuple[str, ...]:
    """Return the currencies there is anything to sum of, the most used first."""
    counted: Counter[str] = Counter()
    opened = _open(shops).values_list("currency", "klarna_status")
    for code, status, times in opened.annotate(times=Count("pk")):
        counted[code] += times if status in OPEN else 0
    counted.update(
        dict(_moved(since, shops).values_list("currency").annotate(times=Count("pk")))
    )
    return tuple(code for code, times in counted.most_common() if code and times)


def open_by_end(
    ends: Sequence[datetime], *, currency: str, shops: Shops
) -> Mapping[int | None, Share]:
    """Sum what is authorized and not captured by when that ends.

    ``ends`` are ascending; part n ends before ``ends[n]``, and the last after all of them.
    None is what has no end that is known.
    """
    nth = _nth("expires_at", ends)
    return _open_shares(_open(shops).filter(currency=currency), nth)


def open_by_age(
    ages: Sequence[datetime], *, currency: str, shops: Shops
) -> Mapping[int | None, Share]:
    """Sum what is authorized and not captured by when it came, parted like ``open_by_end``."""
    nth = _nth("created_at", ages)
    return _open_shares(_open(shops).filter(currency=currency), nth)


def by_wait(
    waits: Sequence[timedelta], *, since: datetime, currency: str, shops: Shops
) -> Mapping[int | None, Share]:
    """Sum captures by how long the shop's order waited for them; None is not known."""
    nth = _nth("waited", [int(wait.total_seconds()) for wait in waits])
    rows = _moved(since, shops).filter(kind=MovementKind.CAPTURE.value, currency=currency)
    return _shares(rows, nth, "minor")


def by_hour(*, since: datetime, currency: str, shops: Shops) -> tuple[Hour, ...]:
    """Sum what was captured and refunded by the hour; days are the reader's to make."""
    # SQLite cuts a moment only by asking Python, for each row; its letters do as well.
    cut = Substr("at", 1, _HOUR_LETTERS) if connection.vendor == "sqlite" else TruncHour("at")
    rows = _moved(since, shops).filter(currency=currency).annotate(hour=cut)
    summed = rows.values_list("hour", "kind").annotate(count=Count("pk"), sum=Sum("minor"))
    return tuple(
        Hour(start=_moment(hour), kind=MovementKind(kind), count=count, minor=minor)
        for hour, kind, count, minor in summed
    )


def refund_reasons(
    *, since: datetime, currency: str, shops: Shops, most: int
) -> tuple[tuple[str, Share], ...]:
    """Return the reasons refunds were given for, the dearest first."""
    rows = _moved(since, shops).filter(kind=MovementKind.REFUND.value, currency=currency)
    summed = rows.values_list("reason").annotate(count=Count("pk"), sum=Sum("minor"))
    return tuple(
        (reason, Share(count=count, minor=minor))
        for reason, count, minor in summed.order_by("-sum")[:most]
    )


def refusals(*, since: datetime, shops: Shops) -> tuple[tuple[str, int], ...]:
    """Return why Klarna refused the latest calls, the most frequent code first."""
    rows = IntentRow.objects.filter(state=State.REFUSED.value)
    if shops is not None:
        rows = rows.filter(order__shop__in=shops)
    latest = rows.order_by("-pk").values_list("error_code", "created_at")[:MOST]
    counted = Counter(code for code, at in latest if at >= since)
    return tuple(counted.most_common())


def _open(shops: Shops) -> "QuerySet[Order]":
    """Return what an index of its own holds; its few that are not open are left out later.

    Asked by its status too, a database may rather take the index of all the statuses.
    """
    return reads.visible(shops).filter(remaining_minor__gt=0)


def _moved(since: datetime, shops: Shops) -> "QuerySet[Movement]":
    rows = Movement.objects.filter(at__gte=since)
    return rows if shops is None else rows.filter(shop__in=shops)


def _nth(name: str, limits: Sequence[Any]) -> Case:
    """Return which part a row belongs to: the first whose limit it is below."""
    return Case(
        When(**{f"{name}__isnull": True}, then=Value(None)),
        *(When(Q(**{f"{name}__lt": each}), then=Value(nth)) for nth, each in enumerate(limits)),
        default=Value(len(limits)),
        output_field=IntegerField(),
    )


def _shares(rows: "QuerySet[Any]", nth: Case, summed: str) -> Mapping[int | None, Share]:
    parts = rows.annotate(nth=nth).values_list("nth")
    return {
        part: Share(count=count, minor=minor or 0)
        for part, count, minor in parts.annotate(count=Count("pk"), sum=Sum(summed))
    }


def _open_shares(rows: "QuerySet[Order]", nth: Case) -> Mapping[int | None, Share]:
    found: dict[int | None, Share] = {}
    parts = rows.annotate(nth=nth).values_list("nth", "klarna_status")
    summed = parts.annotate(count=Count("pk"), sum=Sum("remaining_minor"))
    for part, status, count, minor in summed:
        if status in OPEN:
            before = found.get(part, Share())
            found[part] = Share(count=before.count + count, minor=before.minor + minor)
    return found


def _moment(hour: Any) -> datetime:
    if isinstance(hour, datetime):
        return hour
    return datetime.fromisoformat(str(hour)).replace(tzinfo=UTC)

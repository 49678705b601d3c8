"""Sums over many orders, for the dashboard. Nothing here writes.

The law: each sum reads one index that holds all it needs, over the open orders or over
the days that are asked for, and never the whole table. Rows are counted and not their ids,
which not every index holds.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import Case, Count, IntegerField, Min, Q, QuerySet, Sum, Value, When

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import (
    IntentRow,
    Movement,
    MovementKind,
    Order,
)
from kvitt.adapters.database.reads import Shops
from kvitt.domain.intents import State
from kvitt.domain.klarna_order import KlarnaStatus

_OPEN = {KlarnaStatus.AUTHORIZED, KlarnaStatus.PART_CAPTURED}
#: Something is authorized and can be captured. Its status is told by what it is not: told by
#: what it is, a database may take the index of all the statuses, for a hundred times as many.
OPEN = Q(remaining_minor__gt=0) & ~Q(
    klarna_status__in=["", *(status.value for status in KlarnaStatus if status not in _OPEN)]
)
#: Refusals that are looked through for their causes.
MOST = 2_000

# One stretch of the index for each day: a database that groups rows by their day sorts them
# all first.
_OF_A_DAY = """
SELECT %s, COUNT(*), SUM(minor) FROM kvitt_movement
WHERE currency = %s AND kind = %s AND at >= %s AND at < %s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What one part of a sum comes to, in minor units of the currency asked for."""

    count: int = 0
    minor: int = 0


def currencies(*, since: datetime, shops: Shops) -> tuple[str, ...]:
    """Return the currencies there is anything to sum of, the most used first."""
    opened = _open(shops).values_list("currency").annotate(times=Count("*"))
    counted = Counter(dict(opened))
    codes = _codes()
    for code in codes:
        rows = _moved(since, shops).filter(currency=code, kind__in=MovementKind.values)
        # How many they are says which currency comes first: of one alone, one will do.
        counted[code] += rows.count() if {*codes} | {*counted} > {code} else int(rows.exists())
    return tuple(code for code, times in counted.most_common() if code and times)


def open_by_end(
    ends: Sequence[datetime], *, currency: str, shops: Shops
) -> Mapping[int | None, Share]:
    """Sum what is authorized and not captured by when that ends.

    ``ends`` are ascending; part n ends before ``ends[n]``, and the last after all of them.
    None is what has no end that is known.
    """
    nth = _nth("expires_at", ends)
    return _shares(_open(shops).filter(currency=currency), nth)


def open_by_age(
    ages: Sequence[datetime], *, currency: str, shops: Shops
) -> Mapping[int | None, Share]:
    """Sum what is authorized and not captured by when it came, parted like ``open_by_end``."""
    nth = _nth("created_at", ages)
    return _shares(_open(shops).filter(currency=currency), nth)


def by_wait(
    waits: Sequence[timedelta], *, since: datetime, currency: str, shops: Shops
) -> Mapping[int | None, int]:
    """Count captures by how long the shop's order waited for them; None is not known.

    ``waits`` are ascending; part n waited less than ``waits[n]``, and the last longer.
    """
    rows = _moved(since, shops).filter(kind=MovementKind.CAPTURE.value, currency=currency)
    # How many there are below each limit, in one pass: parts would have to be sorted first.
    below = {
        str(nth): Count("waited", filter=Q(waited__lt=int(wait.total_seconds())))
        for nth, wait in enumerate(waits)
    }
    found = rows.aggregate(all=Count("*"), known=Count("waited"), **below)
    upto = [0, *(found[str(nth)] for nth in range(len(waits))), found["known"]]
    parts: dict[int | None, int] = {
        nth: later - earlier for nth, (earlier, later) in enumerate(pairwise(upto))
    }
    return {**parts, None: found["all"] - found["known"]}


def by_day(
    limits: Sequence[datetime], *, kind: MovementKind, currency: str, shops: Shops
) -> tuple[Share, ...]:
    """Sum what moved one way on each day; day n is from ``limits[n]`` until the next."""
    days = list(pairwise(map(connection.ops.adapt_datetimefield_value, limits)))
    if not days:
        return ()
    seen, within = list(shops or ()), ""
    if shops is not None:
        # An empty list stands in no database's IN; no shop has the number 0.
        seen = seen or [0]
        within = f"AND shop_id IN ({', '.join(['%s'] * len(seen))})"
    asked: list[Any] = []
    for nth, (start, later) in enumerate(days):
        asked += [nth, currency, kind.value, start, later, *seen]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([_OF_A_DAY + within] * len(days)), asked)
        rows = cursor.fetchall()
    return tuple(Share(count=count, minor=minor or 0) for _nth, count, minor in sorted(rows))


def refund_reasons(
    *, since: datetime, currency: str, shops: Shops, most: int
) -> tuple[tuple[str, Share], ...]:
    """Return the reasons refunds were given for, the dearest first."""
    rows = _moved(since, shops).filter(kind=MovementKind.REFUND.value, currency=currency)
    summed = rows.values_list("reason").annotate(count=Count("*"), sum=Sum("minor"))
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


def _codes() -> tuple[str, ...]:
    """Return the currencies that money has ever moved in: a step of the index for each."""
    found: list[str] = []
    while True:
        beyond = Movement.objects.filter(currency__gt=found[-1] if found else "")
        code = beyond.aggregate(code=Min("currency"))["code"]
        if code is None:
            return tuple(found)
        found.append(code)


def _open(shops: Shops) -> "QuerySet[Order]":
    return reads.visible(shops).filter(OPEN)


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


def _shares(rows: "QuerySet[Order]", nth: Case) -> Mapping[int | None, Share]:
    parts = rows.annotate(nth=nth).values_list("nth")
    return {
        part: Share(count=count, minor=minor)
        for part, count, minor in parts.annotate(count=Count("*"), sum=Sum("remaining_minor"))
    }

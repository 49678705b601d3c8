"""Figures over many orders: where they stand, and what each day brought."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from kvitt.adapters.database import reads, sums
from kvitt.adapters.database.models import MovementKind
from kvitt.adapters.database.sums import Hour
from kvitt.domain.money import Money
from kvitt.web.accounts.rights import Right
from kvitt.web.api import bodies, schemas
from kvitt.web.api.auth import caller_of, needs

router = Router(tags=["reports"])

MOST_DAYS = 90


class DaysQuery(bodies.Strict):
    """Which days, and of which currency."""

    days: int = Field(default=30, ge=1, le=MOST_DAYS)
    #: Else the most used one.
    currency: str = Field(default="", pattern=r"^([A-Z]{3})?$")


@router.get(
    "/reports/summary",
    response=schemas.Summary,
    auth=needs(Right.SEE),
    operation_id="get_summary",
    summary="How many orders stand where",
)
def get_summary(request: HttpRequest) -> schemas.Summary:
    """Count the orders of the key's shops by state."""
    return schemas.Summary(states=reads.count_by_state(shops=caller_of(request).shops))


@router.get(
    "/reports/days",
    response=schemas.DaysOut,
    auth=needs(Right.SEE),
    operation_id="get_days",
    summary="What was captured and refunded on each day",
)
def get_days(request: HttpRequest, query: Query[DaysQuery]) -> schemas.DaysOut:
    """Sum what moved at Klarna, by the day in UTC, today last."""
    shops = caller_of(request).shops
    today = datetime.now(UTC).date()
    first = today - timedelta(days=query.days - 1)
    since = datetime.combine(first, time(), UTC)
    known = sums.currencies(since=since, shops=shops)
    currency = query.currency or (known[0] if known else "EUR")
    moved = sums.by_hour(since=since, currency=currency, shops=shops)
    days = [first + timedelta(days=nth) for nth in range(query.days)]
    return schemas.DaysOut(
        currency=currency,
        currencies=list(known),
        days=[_day(day, moved, currency) for day in days],
    )


def _day(day: date, moved: Sequence[Hour], currency: str) -> schemas.DayOut:
    captures, captured = _sum(day, moved, MovementKind.CAPTURE)
    refunds, refunded = _sum(day, moved, MovementKind.REFUND)
    return schemas.DayOut(
        day=day,
        captures=captures,
        captured=schemas.exactly(Money(captured, currency)),
        refunds=refunds,
        refunded=schemas.exactly(Money(refunded, currency)),
    )


def _sum(day: date, moved: Sequence[Hour], kind: MovementKind) -> tuple[int, int]:
    """Return how many there were on a day, and what they come to in minor units."""
    hours = [hour for hour in moved if hour.kind is kind and _day_of(hour) == day]
    return sum(hour.count for hour in hours), sum(hour.minor for hour in hours)


def _day_of(hour: Hour) -> date:
    return hour.start.astimezone(UTC).date()

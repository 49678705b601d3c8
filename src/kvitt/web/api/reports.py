"""Figures over many orders: where they stand, and what each day brought."""

from datetime import UTC, date, datetime, time, timedelta

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from kvitt.adapters.database import reads, sums
from kvitt.adapters.database.models import MovementKind
from kvitt.adapters.database.sums import Share
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
    limits = [since + timedelta(days=nth) for nth in range(query.days + 1)]
    captured, refunded = (
        sums.by_day(limits, kind=kind, currency=currency, shops=shops)
        for kind in (MovementKind.CAPTURE, MovementKind.REFUND)
    )
    return schemas.DaysOut(
        currency=currency,
        currencies=list(known),
        days=[
            _day(first + timedelta(days=nth), captured[nth], refunded[nth], currency)
            for nth in range(query.days)
        ],
    )


def _day(day: date, captured: Share, refunded: Share, currency: str) -> schemas.DayOut:
    return schemas.DayOut(
        day=day,
        captures=captured.count,
        captured=schemas.exactly(Money(captured.minor, currency)),
        refunds=refunded.count,
        refunded=schemas.exactly(Money(refunded.minor, currency)),
    )

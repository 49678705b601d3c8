"""When to look at an order again.

Pure arithmetic on times that are passed in. The queue keeps what comes out;
nothing here waits. One retry layer: this one.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from kvitt.domain.klarna_order import FraudStatus, KlarnaOrder, KlarnaStatus
from kvitt.domain.plan import Plan

#: Draws a whole number below the one given; full jitter is drawn with it.
Dice = Callable[[int], int]

#: Waits after the first, second, … failure in a row.
BACKOFF = (
    timedelta(seconds=2),
    timedelta(seconds=5),
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
)

#: When to ask again what became of a call nobody answered (reliability.md §2).
UNKNOWN = (
    timedelta(seconds=2),
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)

#: A key lives 24 hours from the first attempt (klarna-api.md §3.4); we stop an hour early.
KEY_LIFE = timedelta(hours=23)
#: No key is changed until this long after the last attempt: a request may still be on its way.
QUIET_PERIOD = timedelta(hours=1)
#: Attempts after which a person has to find out.
UNKNOWN_ATTEMPTS = 24

#: How old Klarna's half may be for "nothing to do" to be believed.
KLARNA_HALF_LIFE = timedelta(hours=20)
REVIEW_EVERY = timedelta(minutes=10)
HELD_EVERY = timedelta(hours=6)
OPEN_EVERY = timedelta(hours=24)

_OPEN = (KlarnaStatus.AUTHORIZED, KlarnaStatus.PART_CAPTURED)


def half_life(klarna: KlarnaOrder) -> timedelta:
    """Return how old Klarna's half may be and still be concluded from."""
    pending = klarna.fraud_status is FraudStatus.PENDING
    return REVIEW_EVERY / 2 if pending else KLARNA_HALF_LIFE


def after_failure(failures: int, *, dice: Dice, retry_after: timedelta | None) -> timedelta:
    """Return how long to wait after this many failures in a row before this one.

    Half of the wait is fixed and half is drawn, so that a thousand orders that
    failed together do not come back together.
    """
    if retry_after is not None:
        return retry_after + _drawn(timedelta(seconds=1), dice)
    wait = BACKOFF[min(failures, len(BACKOFF) - 1)]
    return wait / 2 + _drawn(wait / 2, dice)


def after_unknown(attempts: int) -> timedelta:
    """Return how long to wait before asking again what became of a call."""
    return UNKNOWN[min(max(attempts, 1), len(UNKNOWN)) - 1]


def next_look(plan: Plan, klarna: KlarnaOrder | None, *, now: datetime) -> datetime | None:
    """Return when to look without being told to; None where only a hint matters."""
    if klarna is not None and klarna.fraud_status is FraudStatus.PENDING:
        return now + REVIEW_EVERY
    if plan.hold is not None:
        return now + HELD_EVERY
    if klarna is not None and klarna.status in _OPEN:
        return now + OPEN_EVERY
    return None


def _drawn(most: timedelta, dice: Dice) -> timedelta:
    return timedelta(milliseconds=dice(int(most.total_seconds() * 1000) + 1))

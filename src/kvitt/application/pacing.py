"""When to look at an order again.

Pure arithmetic on times that are passed in. The queue keeps what comes out;
nothing here waits. One retry layer: this one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kvitt.domain.klarna_order import FraudStatus, KlarnaOrder, KlarnaStatus
from kvitt.domain.plan import Plan

#: Draws a whole number below the one given; full jitter is drawn with it.
Dice = Callable[[int], int]

#: The longest waits after the first, second, … failure in a row.
BACKOFF = (
    timedelta(seconds=3),
    timedelta(seconds=8),
    timedelta(seconds=25),
    timedelta(minutes=2),
    timedelta(minutes=8),
    timedelta(minutes=25),
    timedelta(hours=1),
)
#: No wait is shorter.
SHORTEST = timedelta(milliseconds=200)

#: When an order comes back that nobody may be asked about now. While its shop or account is
#: left alone it is not claimed either, so this is how soon a service that is back is noticed.
POSTPONED = timedelta(seconds=10)

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

_OPEN = (KlarnaStatus.AUTHORIZED, KlarnaStatus.PART_CAPTURED)


def _same(wait: timedelta) -> timedelta:
    """Wait as long as the pace says."""
    return wait


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How often to look without being told to. Klarna sends no word of what its portal does."""

    #: How old Klarna's half may be for "nothing to do" to be concluded from it.
    half_life: timedelta = timedelta(hours=20)
    #: While Klarna reviews the order.
    review: timedelta = timedelta(minutes=10)
    #: While a person is waited for.
    held: timedelta = timedelta(hours=6)
    #: While money is authorized, or could still be refunded in Klarna's portal.
    open: timedelta = timedelta(hours=24)
    #: A captured order is looked at for this long after its last capture.
    refunds: timedelta = timedelta(days=60)

    def trusts(self, klarna: KlarnaOrder, *, read_at: datetime, now: datetime) -> bool:
        """Say whether Klarna's half as last read is recent enough to conclude from."""
        pending = klarna.fraud_status is FraudStatus.PENDING
        return now - read_at < (min(self.review, self.half_life) if pending else self.half_life)

    def next_look(
        self,
        plan: Plan,
        klarna: KlarnaOrder | None,
        *,
        now: datetime,
        warnings: Iterable[timedelta] = (),
        spread: Callable[[timedelta], timedelta] = _same,
    ) -> datetime | None:
        """Return when to look again; None where only a hint matters.

        Never later than when somebody is to be warned that the authorization runs out.
        """
        if klarna is not None and klarna.fraud_status is FraudStatus.PENDING:
            return now + self.review
        if plan.hold is not None:
            return now + self.held
        if klarna is not None and self._is_open(klarna, now):
            due = now + spread(self.open)
            return min((due, *_warnings(klarna, warnings, now)))
        return None

    def _is_open(self, klarna: KlarnaOrder, now: datetime) -> bool:
        if klarna.status in _OPEN:
            return True
        captured = [made.captured_at for made in klarna.captures if made.captured_at]
        return bool(klarna.refundable) and any(now - at < self.refunds for at in captured)


#: In the demo nobody is bothered by asking often: acts in the portal show within a minute.
DEMO_PACE = Pace(
    half_life=timedelta(seconds=20),
    review=timedelta(seconds=15),
    held=timedelta(seconds=60),
    open=timedelta(seconds=30),
)


def after_failure(failures: int, *, dice: Dice, retry_after: timedelta | None) -> timedelta:
    """Return how long to wait after this many failures in a row before this one.

    Full jitter: the wait is drawn from nothing up to the longest, so that a thousand orders
    that failed together do not come back together.
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    if retry_after is not None:
        return retry_after + _drawn(timedelta(seconds=1), dice)
    return SHORTEST + _drawn(BACKOFF[min(failures, len(BACKOFF) - 1)] - SHORTEST, dice)


def after_unknown(attempts: int) -> timedelta:
    """Return how long to wait before asking again what became of a call."""
    return UNKNOWN[min(max(attempts, 1), len(UNKNOWN)) - 1]


def _warnings(
    klarna: KlarnaOrder, warnings: Iterable[timedelta], now: datetime
) -> tuple[datetime, ...]:
    """Return the moments ahead at which somebody is warned of the order's expiry."""
    if klarna.expires_at is None or klarna.status not in _OPEN:
        return ()
    moments = (klarna.expires_at - warning for warning in warnings)
    return tuple(moment for moment in moments if moment > now)


def _drawn(most: timedelta, dice: Dice) -> timedelta:
    return timedelta(milliseconds=dice(int(most.total_seconds() * 1000) + 1))

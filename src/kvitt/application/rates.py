"""Keeping to Klarna's rate, together with every other worker of every process.

Each process borrows a share of an account's rate for a few seconds and meters its own
calls against it in memory: a busy process writes to the database every other second, a
quiet one less, and none for each call. The shares that are lent at a time never come to
more than the account's rate, so neither do the calls (reliability.md §4.19). A process
that dies keeps its share until it runs out.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import Protocol

from kvitt.domain import quota
from kvitt.domain.errors import RateLimited
from kvitt.domain.quota import Quota

logger = logging.getLogger(__name__)

#: A share is lent for this long, and asked for again when half of it is over.
LENT_FOR = timedelta(seconds=4)
#: A call waits for its turn no longer than this; then its order comes back later.
PATIENCE = timedelta(seconds=10)
#: Where nothing is left to borrow: when to ask again.
EMPTY_WAIT = 0.25
#: A turn may be taken this late, seconds; one that was overslept is given up for another. So
#: no second has more calls than a second and two hundredths have turns.
LATE = 0.02


class Shares(Protocol):
    """The rate of each account, as it is lent to processes."""

    def borrow(self, account: str, *, capacity: int, wanted: int, lasting: timedelta) -> int:
        """Return how many calls a second this process may make until then; 0 for none."""
        ...


@dataclass(slots=True)
class _Meter:
    """One account's calls, in this process. Times are of the monotonic clock, seconds."""

    limit: int
    share: int = 0
    lent_until: float = 0.0
    #: When the next call may go.
    next_at: float = 0.0
    #: Calls since the share was lent, to know how much to ask for.
    made: int = 0
    lent_at: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def slot(self, moment: float) -> float:
        """Take the next turn and return when it is."""
        turn = max(self.next_at, moment - LATE)
        self.next_at = turn + 1 / self.share
        self.made += 1
        return turn


class RateKeeper:
    """Lets each call to Klarna go when its turn has come."""

    def __init__(
        self,
        shares: Shares,
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], object],
    ) -> None:
        self._shares = shares
        self._monotonic = monotonic
        self._sleep = sleep
        self._meters: dict[str, _Meter] = {}
        self._lock = Lock()

    def take(self, account: str, *, environment: str) -> None:
        """Return when a call to the account may go. Raises RateLimited.

        Raised here it is our own word: nothing was sent, and the order comes back.
        """
        meter = self._meter(account, environment)
        begun = self._monotonic()
        while True:
            with meter.lock:
                moment = self._monotonic()
                self._keep_share(account, meter, moment)
                turn = meter.slot(moment) if meter.share else moment + EMPTY_WAIT
                has_turn = bool(meter.share)
            if turn - begun > PATIENCE.total_seconds():
                raise RateLimited(
                    "every call that Klarna allows this account is taken for now",
                    retry_after=timedelta(seconds=round(turn - moment) + 1),
                )
            if turn > moment:
                self._sleep(turn - moment)
            if has_turn and self._monotonic() - turn <= LATE:
                return

    def heard(self, account: str, told: Quota) -> None:
        """Take in what a reply says: Klarna's own limit, and that little of it is left."""
        with self._lock:
            meter = self._meters.get(account)
        if meter is None:
            return
        with meter.lock:
            if 0 < told.limit < meter.limit:
                logger.warning(
                    "Klarna allows fewer calls than assumed",
                    extra={"account": account, "limit": told.limit},
                )
                # What is lent already may be too much: ask anew.
                meter.limit, meter.lent_until = told.limit, 0.0
            if told.is_low:
                pause = self._monotonic() + told.reset.total_seconds()
                meter.next_at = max(meter.next_at, pause)

    def _meter(self, account: str, environment: str) -> _Meter:
        with self._lock:
            if account not in self._meters:
                self._meters[account] = _Meter(limit=quota.limit_of(environment))
            return self._meters[account]

    def _keep_share(self, account: str, meter: _Meter, moment: float) -> None:
        """Borrow a share where the present one is half over, or none is left."""
        if meter.share and moment < meter.lent_until - LENT_FOR.total_seconds() / 2:
            return
        capacity = quota.usable(meter.limit)
        meter.share = self._shares.borrow(
            account, capacity=capacity, wanted=_wanted(meter, moment), lasting=LENT_FOR
        )
        meter.made, meter.lent_at = 0, moment
        meter.lent_until = moment + LENT_FOR.total_seconds()


def _wanted(meter: _Meter, moment: float) -> int:
    """Return twice of what was used, so that a busy process grows; at first everything."""
    capacity = quota.usable(meter.limit)
    since = moment - meter.lent_at
    if not meter.lent_at or since > LENT_FOR.total_seconds():
        return capacity
    return min(capacity, max(2, int(2 * meter.made / max(since, 0.5)) + 1))

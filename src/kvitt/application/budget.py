"""How many looks may be repeats of failed ones.

In an outage every order wants to be tried again, and repeats that multiply keep a shop
down that was coming back. So a shop's repeats are at most a share of its first attempts,
and a trickle where there are none. Each process keeps its own account: a share of each
process's first attempts is the same share of all.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock

from kvitt.application.ports import Clock
from kvitt.domain.ids import ShopId

#: Repeats that one first attempt pays for, in percent.
SHARE_PERCENT = 10
#: Without any first attempt one repeat is paid for each time this passes.
TRICKLE = timedelta(seconds=5)
#: Repeats that can be saved up, and that a quiet shop begins with.
MOST = 20
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class _Purse:
    """Hundredths of repeats, as they were at a moment."""

    hundredths: int
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryBudget:
    """The repeats that each shop has left, in this process."""

    clock: Clock
    share_percent: int = SHARE_PERCENT
    trickle: timedelta = TRICKLE
    most: int = MOST
    _purses: dict[ShopId, _Purse] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def allows(self, shop: ShopId, *, failures: int) -> bool:
        """Count a look, the first or a repeat, and say whether it may be made."""
        with self._lock:
            purse = self._filled(shop)
            price = _WHOLE if failures else -self.share_percent
            if price > purse.hundredths:
                self._purses[shop] = purse
                return False
            left = min(purse.hundredths - price, self.most * _WHOLE)
            self._purses[shop] = replace(purse, hundredths=left)
            return True

    def _filled(self, shop: ShopId) -> _Purse:
        """Return the shop's purse with what has trickled in since."""
        now = self.clock.now()
        purse = self._purses.get(shop)
        if purse is None:
            return _Purse(self.most * _WHOLE, now)
        trickled = max(timedelta(0), now - purse.at) * _WHOLE // self.trickle
        return _Purse(min(purse.hundredths + trickled, self.most * _WHOLE), now)

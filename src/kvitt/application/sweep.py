"""Find what no message told us.

WooCommerce never repeats a lost webhook and switches a failing one off without a
word (woocommerce-facts.md §10), so each shop is asked now and then which orders have
changed. A sweep only makes orders due; ``reconcile`` looks at them.

How nothing slips through:

1. The watermark is the shop's own time of the latest change that was seen, and never
   later than ours: a shop whose clock is wrong is asked by its own clock.
2. It is asked for again from some minutes before that, and once an hour from some hours
   before, for its times have whole seconds and clocks are set. What is known already, by
   its content and not by its time, is left alone.
3. It moves on only when everything that was found is due, which survives us.

What was changed before a shop was connected is not found here, however far a sweep looks
back: an import takes it in, and nothing follows from it before a person has said so.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Protocol

from kvitt.application.ports import Clock, Connections, Queue
from kvitt.domain.errors import KvittError, Withheld
from kvitt.domain.ids import ShopId
from kvitt.domain.sighting import Sighting

logger = logging.getLogger(__name__)

#: A lost webhook is noticed within five minutes: this, and the time that a sweep takes.
SWEEP_EVERY = timedelta(minutes=4)
#: Each time the shop is asked again for this much.
OVERLAP = timedelta(minutes=10)
#: And in the first sweeps of each hour for this much: more than clocks are wrong by.
WIDE_OVERLAP = timedelta(hours=3)


class Watermarks(Protocol):
    """Up to when each shop has been swept, and what was seen there."""

    def shops(self) -> list[ShopId]:
        """Return the shops that are to be swept."""
        ...

    def watermark(self, shop: ShopId) -> datetime | None:
        """Return up to when the shop was swept, by its own clock; None before the first."""
        ...

    def advance(self, shop: ShopId, to: datetime) -> None:
        """Remember that the shop was swept up to then."""
        ...

    def news(self, shop: ShopId, seen: Sequence[Sighting]) -> Sequence[Sighting]:
        """Return those that were never seen, or not with this content."""
        ...

    def remember(self, shop: ShopId, seen: Sequence[Sighting]) -> None:
        """Remember what was seen; to be called when it is due."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Sweep:
    """Catch-up polling of every shop."""

    queue: Queue
    connections: Connections
    watermarks: Watermarks
    clock: Clock

    def __call__(self) -> int:
        """Ask every shop what has changed; return how many orders were made due."""
        return sum(self._sweep_shop(shop) for shop in self.watermarks.shops())

    def _sweep_shop(self, shop: ShopId) -> int:
        started = self.clock.now()
        known = self.watermarks.watermark(shop)
        if known is None:
            self.watermarks.advance(shop, started)
            return 0
        try:
            found, latest = self._ask(shop, known - self._overlap(started))
        except Withheld:
            # Said on the shop already; the orders that changed are found when it is back.
            return 0
        except KvittError as error:
            logger.warning("a shop could not be swept: %s", error, extra={"shop": shop})
            return 0
        self.watermarks.advance(shop, min(started, max(known, latest)))
        return found

    def _overlap(self, started: datetime) -> timedelta:
        """Return how far to look back: far once an hour, by the clock so that all agree."""
        since_hour = timedelta(minutes=started.minute, seconds=started.second)
        # Twice the interval: a sweep that took its time must not step over it.
        return WIDE_OVERLAP if since_hour < 2 * SWEEP_EVERY else OVERLAP

    def _ask(self, shop: ShopId, since: datetime) -> tuple[int, datetime]:
        """Make what has changed due; return how many orders, and the latest change."""
        store = self.connections.store(shop)
        found, latest = 0, since
        for page in count(1):
            seen = store.modified_since(since, page=page)
            if not seen:
                break
            latest = max(latest, *(one.modified_at for one in seen))
            news = self.watermarks.news(shop, seen)
            for one in news:
                self.queue.want(shop, one.id, why="sweep")
            self.watermarks.remember(shop, news)
            found += len(news)
        return found, latest

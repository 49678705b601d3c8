"""Find what no message told us.

WooCommerce never repeats a lost webhook and switches a failing one off without a
word (woocommerce-facts.md §10), so each shop is asked now and then which orders have
changed. A sweep only makes orders due; ``reconcile`` looks at them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Protocol

from kvitt.application.ports import Clock, Connections, Queue
from kvitt.domain.errors import KvittError
from kvitt.domain.ids import ShopId

#: ``modified_after`` has a resolution of one second and clocks differ: ask again for this much.
OVERLAP = timedelta(minutes=3)


class Watermarks(Protocol):
    """Up to when each shop has been swept."""

    def shops(self) -> list[ShopId]:
        """Return the shops that are to be swept."""
        ...

    def watermark(self, shop: ShopId) -> datetime | None:
        """Return up to when the shop was swept; None before the first time."""
        ...

    def advance(self, shop: ShopId, to: datetime) -> None:
        """Remember that the shop was swept up to then."""
        ...

    def sweep_failed(self, shop: ShopId, reason: str) -> None:
        """Remember why the shop could not be asked, for its health."""
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
        since = self.watermarks.watermark(shop)
        if since is None:
            # Orders from before we were connected are taken in by an import, not by a sweep.
            self.watermarks.advance(shop, started)
            return 0
        try:
            found = self._ask(shop, since - OVERLAP)
        except KvittError as error:
            self.watermarks.sweep_failed(shop, str(error))
            return 0
        # Only now: what was found is due, and survives us.
        self.watermarks.advance(shop, started)
        return found

    def _ask(self, shop: ShopId, since: datetime) -> int:
        store = self.connections.store(shop)
        found = 0
        for page in count(1):
            orders = store.modified_since(since, page=page)
            if not orders:
                break
            for order in orders:
                self.queue.want(shop, order, why="sweep")
            found += len(orders)
        return found

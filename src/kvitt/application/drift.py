"""Look for open orders that went away, or changed, without a word.

An order that is trashed or deleted sends no webhook, or one that may be lost, and leaves
every list (woocommerce-facts.md §9). So open orders are asked for by their ids, fifty with
one call, those first that no list has shown for longest. One call for each shop at a time:
a shop with very many open orders is asked less often for each, never more often.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from kvitt.application.pacing import Dice
from kvitt.application.ports import Clock, Connections, Queue
from kvitt.domain.errors import KvittError, Withheld
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.sighting import Sighting

logger = logging.getLogger(__name__)

#: A shop is asked this often at most: twelve calls an hour.
DRIFT_EVERY = timedelta(minutes=5)
#: An open order is asked for when no list has shown it for this long.
UNSEEN = timedelta(hours=6)
#: Orders asked for with one call.
AT_ONCE = 50
#: Looks of the daily kind that a shop bears in an hour, besides those that hints ask for.
LOOKS_PER_HOUR = 240
#: In the demo nobody is bothered by asking often.
DEMO_LOOKS_PER_HOUR = 100_000
_HOUR = timedelta(hours=1)
#: The orders of a shop are counted this often.
_COUNTED_FOR = timedelta(minutes=5)


class OpenOrders(Protocol):
    """Open orders, and when a list of the shop last showed them."""

    def shops(self) -> list[ShopId]:
        """Return the shops that are worked on."""
        ...

    def longest_unseen(
        self, shop: ShopId, *, before: datetime, limit: int
    ) -> Sequence[StoreOrderId]:
        """Return open orders that no list has shown since then, the longest unseen first."""
        ...

    def changed(self, shop: ShopId, seen: Sequence[Sighting]) -> Sequence[Sighting]:
        """Return those that were seen before, with other content."""
        ...

    def remember(self, shop: ShopId, seen: Sequence[Sighting]) -> None:
        """Remember what was seen."""
        ...

    def note_asked(self, shop: ShopId, asked: Sequence[StoreOrderId]) -> None:
        """Remember that the shop was asked for these just now."""
        ...

    def due_count(self, shop: ShopId, *, within: timedelta) -> int:
        """Return how many orders of the shop come due within this time."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """The use case."""

    queue: Queue
    connections: Connections
    orders: OpenOrders
    clock: Clock

    def __call__(self) -> int:
        """Ask each shop for some open orders; return how many were made due."""
        return sum(self._ask(shop) for shop in self.orders.shops())

    def _ask(self, shop: ShopId) -> int:
        before = self.clock.now() - UNSEEN
        ids = self.orders.longest_unseen(shop, before=before, limit=AT_ONCE)
        if not ids:
            return 0
        try:
            seen = self.connections.store(shop).sight(ids)
        except Withheld:
            return 0
        except KvittError as error:
            logger.warning(
                "a shop could not be asked for its open orders: %s", error, extra={"shop": shop}
            )
            return 0
        gone = sorted(set(ids) - {one.id for one in seen})
        changed = [one.id for one in self.orders.changed(shop, seen)]
        for order_id in gone:
            self.queue.want(shop, order_id, why="not in the shop's list")
        for order_id in changed:
            self.queue.want(shop, order_id, why="drift")
        self.orders.remember(shop, seen)
        self.orders.note_asked(shop, ids)
        return len(gone) + len(changed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """Spreads the looks that nobody asks for, so that a shop is not asked too often.

    Each is due again about a day after the last, drawn a little: what was taken in together
    does not come back together. A shop with more open orders than a day has looks for gets
    longer days.
    """

    orders: OpenOrders
    dice: Dice
    clock: Clock
    looks_per_hour: int = LOOKS_PER_HOUR
    _counted: dict[ShopId, tuple[datetime, int]] = field(default_factory=dict)

    def __call__(self, shop: ShopId, wait: timedelta) -> timedelta:
        """Return how long to wait where the pace says ``wait``."""
        waiting = self._waiting(shop, wait)
        stretched = max(wait, _HOUR * waiting / self.looks_per_hour)
        fifth = int(stretched.total_seconds() * 200)
        return stretched * 9 / 10 + timedelta(milliseconds=self.dice(fifth + 1))

    def _waiting(self, shop: ShopId, wait: timedelta) -> int:
        now = self.clock.now()
        counted = self._counted.get(shop)
        if counted is None or now - counted[0] > _COUNTED_FOR:
            counted = (now, self.orders.due_count(shop, within=wait))
            self._counted[shop] = counted
        return counted[1]

"""When orders change by themselves, and how they looked a moment ago.

Law: the books' lock guards both. Nothing here is durable: what is due follows from the
orders, and only a read that lags behind asks for an older one.
"""

import heapq
from collections import deque
from collections.abc import Iterator
from datetime import datetime

from kvitt.sandbox.klarna import lifecycle
from kvitt.sandbox.klarna.orders import Order
from kvitt.sandbox.klarna.settings import Settings

#: Versions of an order kept for reads that lag behind (klarna-api.md §7.4).
_VERSIONS = 8


class Agenda:
    """Moments at which something happens to an order, the earliest first."""

    def __init__(self) -> None:
        self._due: list[tuple[datetime, str]] = []

    def watch(self, order: Order, settings: Settings) -> None:
        """Note when an order changes next, if it does."""
        due = lifecycle.next_change_at(order, settings)
        if due:
            heapq.heappush(self._due, (due, order.order_id))

    def clear(self) -> None:
        """Forget every moment."""
        self._due = []

    def until(self, now: datetime) -> Iterator[tuple[datetime, str]]:
        """Yield what is due, also what is noted while it is being worked off.

        A moment may be out of date: whoever takes it asks the order again.
        """
        while self._due and self._due[0][0] <= now:
            yield heapq.heappop(self._due)


class Versions:
    """The last few forms of each order, each with the moment it was replaced."""

    def __init__(self) -> None:
        self._kept: dict[str, deque[tuple[datetime, Order]]] = {}

    def keep(self, order: Order, *, replaced_at: datetime) -> None:
        """Keep a form of an order that is being replaced."""
        kept = self._kept.setdefault(order.order_id, deque(maxlen=_VERSIONS))
        kept.append((replaced_at, order))

    def as_of(self, order: Order, moment: datetime) -> Order:
        """Return an order as it was at a moment, or as it is."""
        kept = self._kept.get(order.order_id, ())
        return next((old for ended, old in kept if ended > moment), order)

    def clear(self) -> None:
        """Forget all of them."""
        self._kept.clear()

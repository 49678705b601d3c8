"""One worker's look at a leased order: what every engine does alike.

The law: nothing that a look raises ends a worker. What it raises is logged with ids
only, and the order is given back to be looked at later. An order is held on to while
it is looked at, unless the look hangs: then its lease ends, another worker takes it up,
and the journal says where the look was.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol
from uuid import UUID

from kvitt.domain.errors import LeaseLost
from kvitt.domain.journal import Lease
from kvitt.engine.periodic import Job

logger = logging.getLogger(__name__)

#: A lease is renewed this often while it lasts: one missed renewal loses nothing.
RENEWALS = 3
#: Looks that take longer than this many leases are not waited for any more.
LONGEST_LOOK = 10


class Claims(Protocol):
    """The queue, as an engine drives it."""

    def claim(self, *, worker: str, lease: timedelta) -> Lease | None:
        """Take the order that has been due longest, or None."""
        ...

    def renew(self, lease: Lease, *, lasting: timedelta) -> bool:
        """Hold an order longer; say whether it was still held."""
        ...

    def settle(self, lease: Lease, *, due: datetime | None, failed: bool = False) -> None:
        """Give the order back."""
        ...


class Looks:
    """Claims orders, looks at them, and holds on to them meanwhile."""

    def __init__(
        self,
        queue: Claims,
        reconcile: Callable[[Lease], None],
        *,
        lasting: timedelta,
        retry_at: Callable[[int], datetime],
    ) -> None:
        self._queue = queue
        self._reconcile = reconcile
        self._lasting = lasting
        #: When an order is looked at again whose look raised, by looks in a row that failed.
        self._retry_at = retry_at
        self._held: dict[UUID, tuple[Lease, float]] = {}
        self._held_lock = Lock()

    @property
    def renewal(self) -> Job:
        """What has to come round while orders are looked at."""
        return Job(
            name="renew leases",
            every=self._lasting / RENEWALS,
            run=self.renew,
            at_start=False,
        )

    def renew(self) -> None:
        """Hold on to the orders that are being looked at, unless a look hangs."""
        with self._held_lock:
            held = list(self._held.values())
        for lease, since in held:
            if time.monotonic() - since < self._lasting.total_seconds() * LONGEST_LOOK:
                self._queue.renew(lease, lasting=self._lasting)

    def claim(self, worker: str) -> Lease | None:
        """Take the order that has been due longest, or None; never raises."""
        try:
            return self._queue.claim(worker=worker, lease=self._lasting)
        except Exception:
            logger.exception("no order could be claimed", extra={"worker": worker})
            return None

    def look(self, lease: Lease) -> None:
        """Look at a claimed order; never raises."""
        with self._held_lock:
            self._held[lease.token] = (lease, time.monotonic())
        try:
            self._reconcile(lease)
        except LeaseLost:
            logger.info("another worker has the order", extra=_ids(lease))
        except Exception:
            logger.exception("a look failed", extra=_ids(lease))
            self._give_back(lease)
        finally:
            with self._held_lock:
                del self._held[lease.token]

    def say_what_is_left(self) -> None:
        """Write a line for each order that is still looked at while its process ends."""
        with self._held_lock:
            left = [lease for lease, _ in self._held.values()]
        for lease in left:
            logger.warning(
                "a look is left: whoever takes the order up when its lease ends goes on from "
                "the journal",
                extra=_ids(lease),
            )

    def _give_back(self, lease: Lease) -> None:
        try:
            self._queue.settle(lease, due=self._retry_at(lease.failures), failed=True)
        except Exception:
            # The lease ends by itself, and the order is due then.
            logger.exception("an order could not be given back", extra=_ids(lease))


def _ids(lease: Lease) -> dict[str, int]:
    return {
        "order": lease.order,
        "shop": lease.shop,
        "store_order_id": lease.store_order_id,
        "attempts": lease.failures,
    }

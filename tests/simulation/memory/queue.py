"""The order rows as a queue, in memory: ``application/ports.Queue`` as one worker has it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from kvitt.domain.errors import LeaseLost
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.journal import Lease
from simulation.memory.rows import Now, OrderRow, Rows


def nothing(what: str = "") -> None:
    """Notice nothing."""


class MemoryQueue:
    """Hints in, leases out.

    ``crossing`` is told of every call before and after it takes effect: there a run lets
    others go first, and workers die.
    """

    def __init__(
        self,
        rows: Rows,
        now: Now,
        *,
        new_token: Callable[[], UUID],
        crossing: Callable[[str], None] = nothing,
        on_hint: Callable[[], None] = nothing,
    ) -> None:
        self.rows = rows
        self._now = now
        self._new_token = new_token
        self._crossing = crossing
        self._on_hint = on_hint

    def want(self, shop: ShopId, order_id: StoreOrderId, *, why: str) -> None:
        """Note that an order may have changed; it is due now."""
        del why
        self._crossing("want")
        self.rows.want(shop, order_id, now=self._now())
        self._crossing("wanted")
        self._on_hint()

    def claim(self, *, worker: str, lease: timedelta) -> Lease | None:
        """Take the order that has been due longest, or None."""
        del worker
        now = self._now()
        due = [row for row in self._waiting() if row.due_at is not None and row.due_at <= now]
        if not due:
            return None
        first = min(due, key=_place)
        return self._take(first, lease=lease)

    def claim_order(self, order: int, *, worker: str, lease: timedelta) -> Lease | None:
        """Take this very order, due or not, unless somebody holds it."""
        del worker
        row = self.rows.orders.get(order)
        if row is None or (row.lease_until is not None and row.lease_until > self._now()):
            return None
        return self._take(row, lease=lease)

    def settle(self, lease: Lease, *, due: datetime | None, failed: bool = False) -> None:
        """Give the order back: due then, or at the next hint. Raises LeaseLost."""
        self._crossing("settle")
        row = self.rows.orders.get(lease.order)
        if row is None or row.lease_token != lease.token:
            raise LeaseLost
        row.due_at = self._now() if row.wanted > lease.wanted else due
        row.failures = row.failures + 1 if failed else 0
        row.lease_token = row.lease_until = None
        if not failed:
            row.reconciled = lease.wanted
        self._crossing("settled")

    def postpone(self, lease: Lease, *, due: datetime) -> None:
        """Give the order back as it was: it could not be looked at. Raises LeaseLost."""
        self._crossing("settle")
        row = self.rows.orders.get(lease.order)
        if row is None or row.lease_token != lease.token:
            raise LeaseLost
        row.due_at, row.lease_token, row.lease_until = due, None, None

    def renew(self, lease: Lease, *, lasting: timedelta) -> bool:
        """Hold an order longer; say whether it was still held."""
        row = self.rows.orders.get(lease.order)
        if row is None or row.lease_token != lease.token:
            return False
        row.lease_until = row.due_at = self._now() + lasting
        return True

    def next_due(self) -> datetime | None:
        """Return when the next order is due, which may be past; None where none will be."""
        return min((row.due_at for row in self._waiting() if row.due_at), default=None)

    def due_count(self) -> int:
        """Return how many orders wait to be looked at now."""
        now = self._now()
        return sum(row.due_at is not None and row.due_at <= now for row in self._waiting())

    def _waiting(self) -> list[OrderRow]:
        paused = self.rows.paused
        return [
            row
            for row in self.rows.orders.values()
            if row.due_at is not None and row.shop not in paused
        ]

    def _take(self, row: OrderRow, *, lease: timedelta) -> Lease:
        row.lease_token = self._new_token()
        row.lease_until = row.due_at = self._now() + lease
        return Lease(
            order=row.id,
            shop=row.shop,
            store_order_id=row.store_order_id,
            wanted=row.wanted,
            token=row.lease_token,
            failures=row.failures,
        )


def _place(row: OrderRow) -> tuple[datetime | None, int]:
    return row.due_at, row.id

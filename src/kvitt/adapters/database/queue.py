"""The order rows, as a queue.

The law: at most one worker holds an order; a hint is never lost; a dead worker's
order is free when its lease ends. A claim is one transaction, and moves ``due_at``
to the end of the lease, so that one index answers both "what is due" and "whose
worker has died". Safety does not rest on the lease but on its token, which every
later write checks (reliability.md P2).

Shops are asked one by one, the one whose order has been due longest first: a hundred
thousand orders of a shop that is paused or busy are never walked through to reach the
next shop's.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When

from kvitt.adapters.database import claiming, hints
from kvitt.adapters.database.claiming import Claim
from kvitt.adapters.database.health import Blocked
from kvitt.adapters.database.models import Order, ShopState
from kvitt.domain.errors import LeaseLost
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.journal import Lease

Now = Callable[[], datetime]


def nothing() -> None:
    """Ring no bell."""


def nobody() -> Blocked:
    """Leave nobody alone."""
    return Blocked()


class OrderQueue:
    """Hints in, leases out."""

    def __init__(
        self,
        now: Now,
        *,
        new_token: Callable[[], UUID] = uuid4,
        on_hint: Callable[[], None] = nothing,
        shop_concurrency: int | None = None,
        blocked: Callable[[], Blocked] = nobody,
    ) -> None:
        self._now = now
        self._new_token = new_token
        #: Called after a hint is committed, so that workers of this process need not poll.
        self._on_hint = on_hint
        self._shop_concurrency = shop_concurrency
        #: Whose orders are left alone now; asked before each claim.
        self._blocked = blocked

    def want(self, shop: ShopId, order_id: StoreOrderId, *, why: str) -> None:
        """Note that an order may have changed; it is due now."""
        self.want_many(shop, (order_id,), why=why)

    def want_many(self, shop: ShopId, order_ids: Iterable[StoreOrderId], *, why: str) -> None:
        """Note that orders of one shop may have changed, in one transaction."""
        with transaction.atomic():
            hints.want({(shop, order_id) for order_id in order_ids}, why=why, now=self._now())
            transaction.on_commit(self._on_hint)

    def claim(self, *, worker: str, lease: timedelta) -> Lease | None:
        """Take the order that has been due longest, or None."""
        blocked, now = self._blocked(), self._now()
        # Asking without a lock first: most polls find nothing.
        waiting = claiming.shops_with_work(now)
        resting = {*blocked.shops, *(self._busy_shops() if waiting else ())}
        for shop in waiting:
            if shop not in resting:
                with transaction.atomic():
                    taken = self._take(shop, self._claim(worker, lease), blocked.accounts)
                if taken is not None:
                    return taken
        return None

    def claim_order(self, order: int, *, worker: str, lease: timedelta) -> Lease | None:
        """Take this very order, due or not, unless somebody holds it."""
        with transaction.atomic():
            return claiming.lease_this_one(self._claim(worker, lease), order)

    def settle(self, lease: Lease, *, due: datetime | None, failed: bool = False) -> None:
        """Give the order back: due then, or at the next hint. Raises LeaseLost.

        An order that was wanted again meanwhile is due at once, whatever is asked.
        """
        changed = {} if failed else {"reconciled": lease.wanted, "looked_at": self._now()}
        with transaction.atomic():
            settled = Order.objects.filter(pk=lease.order, lease_token=lease.token).update(
                due_at=Case(
                    When(wanted__gt=lease.wanted, then=Value(self._now())), default=Value(due)
                ),
                failures=F("failures") + 1 if failed else Value(0),
                lease_owner="",
                lease_token=None,
                lease_until=None,
                **changed,
            )
            if not settled:
                raise LeaseLost

    def postpone(self, lease: Lease, *, due: datetime) -> None:
        """Give the order back as it was, because nobody may be asked now. Raises LeaseLost.

        It has not been looked at, so no attempt is counted and no hint is forgotten.
        """
        held = Order.objects.filter(pk=lease.order, lease_token=lease.token)
        given = held.update(due_at=due, lease_owner="", lease_token=None, lease_until=None)
        if not given:
            raise LeaseLost

    def renew(self, lease: Lease, *, lasting: timedelta) -> bool:
        """Hold an order longer; say whether it was still held."""
        until = self._now() + lasting
        held = Order.objects.filter(pk=lease.order, lease_token=lease.token)
        return bool(held.update(lease_until=until, due_at=until))

    def next_due(self) -> datetime | None:
        """Return when the next order is due, which may be past; None where none will be."""
        return self._waiting().order_by("due_at").values_list("due_at", flat=True).first()

    def due_count(self, *, at_most: int | None = None) -> int:
        """Return how many orders wait to be looked at now, counted no further than this."""
        return self._waiting().filter(due_at__lte=self._now())[:at_most].count()

    def _waiting(self) -> "QuerySet[Order]":
        return Order.objects.filter(due_at__isnull=False, shop__state=ShopState.ACTIVE)

    def _take(self, shop: int, claim: Claim, not_of: tuple[int, ...]) -> Lease | None:
        """Take the shop's order that has been due longest, in the caller's transaction."""
        if self._shop_concurrency is not None:
            # Or two workers would count the same others, and both take the last place.
            claiming.lock_shop(shop)
            if shop in self._busy_shops():
                return None
        return claiming.lease_first_due(claim, shop, not_of=not_of)

    def _busy_shops(self) -> set[int]:
        """Return the shops that as many workers as allowed are asking already."""
        if self._shop_concurrency is None:
            return set()
        held = claiming.held_of_shops(self._now())
        return {shop for shop, count in held.items() if count >= self._shop_concurrency}

    def _claim(self, worker: str, lasting: timedelta) -> Claim:
        return Claim(worker=worker, token=self._new_token(), now=self._now(), lasting=lasting)

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

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When

from kvitt.adapters.database import hints
from kvitt.adapters.database.health import Blocked
from kvitt.adapters.database.models import Order, Shop, ShopState
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
        # Asking without a lock first: most polls find nothing.
        blocked = self._blocked()
        for shop in self._shops_with_work(blocked.shops):
            due = Order.objects.filter(shop=shop, due_at__lte=self._now())
            if blocked.accounts:
                due = due.filter(Q(account=None) | ~Q(account__in=blocked.accounts))
            with transaction.atomic():
                if self._has_room(shop):
                    first = due.order_by("due_at", "id")
                    taken = self._take(first, worker=worker, lease=lease)
                    if taken is not None:
                        return taken
        return None

    def claim_order(self, order: int, *, worker: str, lease: timedelta) -> Lease | None:
        """Take this very order, due or not, unless somebody holds it."""
        now = self._now()
        free = Order.objects.filter(Q(lease_until=None) | Q(lease_until__lte=now), pk=order)
        with transaction.atomic():
            return self._take(free, worker=worker, lease=lease)

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

    def _shops_with_work(self, resting: tuple[int, ...]) -> list[int]:
        """Return the shops to claim from, the one whose order has been due longest first."""
        now, busy = self._now(), self._busy_shops() | set(resting)
        heads = (
            Order.objects.filter(shop=OuterRef("pk"), due_at__isnull=False)
            .order_by("due_at", "id")
            .values("due_at")[:1]
        )
        shops = Shop.objects.filter(state=ShopState.ACTIVE).annotate(head=Subquery(heads))
        due = [
            (head, shop)
            for shop, head in shops.order_by("pk").values_list("pk", "head")
            if head is not None and head <= now and shop not in busy
        ]
        return [shop for _, shop in sorted(due)]

    def _busy_shops(self) -> set[int]:
        """Return the shops that as many workers as allowed are asking already."""
        if self._shop_concurrency is None:
            return set()
        # Counted here: there are as many rows as workers, and a database that groups, or
        # is asked for one shop, would rather walk through an index of every order.
        held = Order.objects.filter(lease_until__gt=self._now())
        counts = Counter(held.values_list("shop_id", flat=True))
        return {shop for shop, count in counts.items() if count >= self._shop_concurrency}

    def _has_room(self, shop: int) -> bool:
        """Say whether one more order of the shop may be held; part of a claim.

        The shop's row is locked for it, or two workers would count the same others and
        both come. SQLite has one writer at a time, and needs no lock for that.
        """
        if self._shop_concurrency is None:
            return True
        list(Shop.objects.filter(pk=shop).select_for_update(no_key=True).values_list("pk"))
        return shop not in self._busy_shops()

    def _take(
        self, orders: "QuerySet[Order]", *, worker: str, lease: timedelta
    ) -> Lease | None:
        """Lease the first of these orders, in the caller's transaction.

        On SQLite the transaction is the only writer from its begin (an immediate one);
        on PostgreSQL the row is locked, and rows that others have locked are passed over.
        """
        now = self._now()
        order = self._locked(orders).first()
        if order is None:
            return None
        token = self._new_token()
        Order.objects.filter(pk=order.pk).update(
            lease_owner=worker,
            lease_token=token,
            lease_until=now + lease,
            due_at=now + lease,
        )
        return Lease(
            order=order.pk,
            shop=ShopId(order.shop_id),
            store_order_id=StoreOrderId(order.store_order_id),
            wanted=order.wanted,
            token=token,
            failures=order.failures,
        )

    def _locked(self, orders: "QuerySet[Order]") -> "QuerySet[Order]":
        plain = orders.only("shop_id", "store_order_id", "wanted", "failures")
        if connection.features.has_select_for_update_skip_locked:
            return plain.select_for_update(skip_locked=True, of=("self",))
        return plain

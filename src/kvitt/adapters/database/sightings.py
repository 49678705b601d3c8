"""What lists of a shop showed of its orders: digests, kept on the order rows.

Fits the Protocols ``Watermarks`` of ``application/sweep.py`` and ``OpenOrders`` of
``application/drift.py`` by shape.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from kvitt.adapters.database.models import Order
from kvitt.adapters.database.repositories import ShopRepository
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.sighting import Sighting

Now = Callable[[], datetime]


class Sightings:
    """Up to when each shop was swept, and what was seen there."""

    def __init__(self, shops: ShopRepository, now: Now) -> None:
        self._shops = shops
        self._now = now

    def shops(self) -> list[ShopId]:
        """Return the shops that are to be swept."""
        return self._shops.shops()

    def watermark(self, shop: ShopId) -> datetime | None:
        """Return up to when the shop was swept, by its own clock; None before the first."""
        return self._shops.watermark(shop)

    def advance(self, shop: ShopId, to: datetime) -> None:
        """Remember that the shop was swept up to then."""
        self._shops.advance(shop, to)

    def news(self, shop: ShopId, seen: Sequence[Sighting]) -> Sequence[Sighting]:
        """Return those that were never seen, or not with this content.

        What the shop had changed before it was connected is no news, however far a sweep looks
        back: an import takes it in, and a person approves what follows from it.
        """
        rows = self._rows(shop, [one.id for one in seen])
        known = dict(rows.values_list("store_order_id", "sighted_mark"))
        begun = self._shops.shop(shop).begun_at
        return [
            one
            for one in seen
            if known.get(one.id) != one.mark
            and (one.id in known or begun is None or one.modified_at > begun)
        ]

    def changed(self, shop: ShopId, seen: Sequence[Sighting]) -> Sequence[Sighting]:
        """Return those that were seen before, with other content."""
        rows = self._rows(shop, [one.id for one in seen]).exclude(sighted_mark="")
        known = dict(rows.values_list("store_order_id", "sighted_mark"))
        return [one for one in seen if known.get(one.id, one.mark) != one.mark]

    def remember(self, shop: ShopId, seen: Sequence[Sighting]) -> None:
        """Remember what was seen; to be called when it is due."""
        marks = {one.id: one.mark for one in seen}
        rows = list(self._rows(shop, list(marks)).only("pk", "store_order_id"))
        for row in rows:
            row.sighted_mark = marks[StoreOrderId(row.store_order_id)]
        Order.objects.bulk_update(rows, ("sighted_mark",), batch_size=100)

    def longest_unseen(
        self, shop: ShopId, *, before: datetime, limit: int
    ) -> Sequence[StoreOrderId]:
        """Return open orders that no list has shown since then, the longest unseen first."""
        rows = (
            Order.objects.filter(shop=shop, remaining_minor__gt=0, due_at__gt=self._now())
            .filter(Q(sighted_at=None) | Q(sighted_at__lt=before))
            .order_by(F("sighted_at").asc(nulls_first=True), "pk")
        )
        ids = rows.values_list("store_order_id", flat=True)[:limit]
        return [StoreOrderId(order_id) for order_id in ids]

    def note_asked(self, shop: ShopId, asked: Sequence[StoreOrderId]) -> None:
        """Remember that the shop was asked for these just now."""
        with transaction.atomic():
            self._rows(shop, asked).update(sighted_at=self._now())

    def due_count(self, shop: ShopId, *, within: timedelta) -> int:
        """Return how many orders of the shop come due within this time."""
        return Order.objects.filter(shop=shop, due_at__lte=self._now() + within).count()

    def _rows(self, shop: ShopId, ids: Sequence[StoreOrderId]) -> "QuerySet[Order]":
        return Order.objects.filter(shop=shop, store_order_id__in=ids)

"""Imports as they are stored, and the report that each ends with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from kvitt.adapters.database import hints
from kvitt.adapters.database.models import ImportState, Order, ShopImport, ShopState
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.listing import Importing


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportRepository:
    """The imports."""

    now: Callable[[], datetime]
    on_hint: Callable[[], None]

    def start(self, shop: ShopId, *, since: datetime, actor: str) -> int:
        """Store a new import and return its id, or that of the one under way."""
        row, _ = ShopImport.objects.exclude(state=ImportState.APPROVED.value).get_or_create(
            shop_id=shop,
            defaults={
                "since": since,
                "due_at": self.now(),
                "started_at": self.now(),
                "started_by": actor,
            },
        )
        return row.pk

    def claim(self, *, until: datetime) -> Importing | None:
        """Take an import that may go on, for as long as one step takes."""
        due = ShopImport.objects.filter(
            state=ImportState.READING.value,
            due_at__lte=self.now(),
            shop__state=ShopState.ACTIVE.value,
        )
        row = due.order_by("due_at").first()
        # Of two processes that found it, the one whose update meets the row unchanged goes on.
        if row is None or not ShopImport.objects.filter(pk=row.pk, due_at=row.due_at).update(
            due_at=until
        ):
            return None
        return Importing(
            id=row.pk,
            shop=ShopId(row.shop_id),
            since=row.since,
            page=row.page,
            total=row.total,
        )

    def unread(self, shop: ShopId) -> int:
        """Return how many imported orders have not been looked at."""
        return unread_of(shop).count()

    @transaction.atomic
    def take_in(self, import_id: int, orders: Iterable[StoreOrderId], *, listed: int) -> None:
        """Have orders looked at, observed only; those that are known stay as they are."""
        row = ShopImport.objects.get(pk=import_id)
        wanted = set(orders)
        known = set(
            Order.objects.filter(shop=row.shop_id, store_order_id__in=wanted).values_list(
                "store_order_id", flat=True
            )
        )
        new = {StoreOrderId(number) for number in wanted - known}
        shop = ShopId(row.shop_id)
        hints.want({(shop, order) for order in new}, why="import", now=self.now())
        taken = Order.objects.filter(shop=shop, store_order_id__in=new).update(observed=True)
        ShopImport.objects.filter(pk=import_id).update(
            listed=listed, taken=F("taken") + taken, trouble=""
        )
        transaction.on_commit(self.on_hint)

    def save_page(self, import_id: int, *, page: int, total: int, due: datetime) -> None:
        """Remember which page comes next, and when."""
        row = ShopImport.objects.filter(pk=import_id)
        # A page past the end says that there are no orders at all.
        row.update(page=page, due_at=due, **({"total": total} if total else {}))

    def wait(self, import_id: int, *, due: datetime, trouble: str = "") -> None:
        """Go on then."""
        ShopImport.objects.filter(pk=import_id).update(due_at=due, trouble=trouble)

    def end(self, import_id: int) -> None:
        """Everything was looked at: the report waits for a person."""
        ShopImport.objects.filter(pk=import_id).update(
            state=ImportState.REPORT.value, ended_at=self.now()
        )

    def is_report(self, import_id: int) -> bool:
        """Say whether the report waits for a person."""
        return ShopImport.objects.filter(pk=import_id, state=ImportState.REPORT.value).exists()

    @transaction.atomic
    def approve(self, import_id: int, *, actor: str) -> int:
        """Let kvitt act on the imported orders; return how many are looked at anew."""
        row = ShopImport.objects.get(pk=import_id)
        observed = Order.objects.filter(shop=row.shop_id, observed=True)
        shop = ShopId(row.shop_id)
        ids = {
            (shop, StoreOrderId(number))
            for number in observed.values_list("store_order_id", flat=True)
        }
        observed.update(observed=False, would=None)
        hints.want(ids, why="approved", now=self.now())
        ShopImport.objects.filter(pk=import_id).update(
            state=ImportState.APPROVED.value, approved_at=self.now(), approved_by=actor
        )
        transaction.on_commit(self.on_hint)
        return len(ids)


def unread_of(shop: int) -> "QuerySet[Order]":
    """Return the imported orders of a shop that have not been looked at.

    One whose look failed twice counts as looked at: it must not hold up all the others.
    """
    return Order.objects.filter(
        shop=shop, observed=True, reconciled__lt=F("wanted"), failures__lt=2
    )

"""The one statement that notes that orders may have changed.

Used by the queue and by the inbox of webhooks, which has no time for more. It makes
the row where there is none, raises *wanted*, and makes the order due, except while
somebody works on it: then ``settle`` sees the raised counter.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Q

from kvitt.adapters.database.models import Order
from kvitt.domain.ids import ShopId, StoreOrderId

# An order that has been due for longer keeps its place in the line.
_WANT = """
INSERT INTO kvitt_order
    (shop_id, store_order_id, created_at, placed_at, due_at, wanted, wanted_why)
VALUES (%s, %s, %s, %s, %s, 1, %s)
ON CONFLICT (shop_id, store_order_id) DO UPDATE SET
    wanted = kvitt_order.wanted + 1,
    wanted_why = excluded.wanted_why,
    due_at = CASE
        WHEN kvitt_order.lease_until > excluded.created_at THEN kvitt_order.due_at
        WHEN kvitt_order.due_at < excluded.due_at THEN kvitt_order.due_at
        ELSE excluded.due_at
    END
"""


def want(orders: Iterable[tuple[ShopId, StoreOrderId]], *, why: str, now: datetime) -> None:
    """Note that each of these orders may have changed; part of the caller's transaction."""
    moment = connection.ops.adapt_datetimefield_value(now)
    # Always in the same order, so that two writers on PostgreSQL cannot wait for each other.
    rows: list[tuple[int | str | None, ...]] = [
        (shop, order, moment, moment, moment, why[:100]) for shop, order in sorted(orders)
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_WANT, rows)


def want_waiting(shop: int, *, account: int | None = None, why: str, now: datetime) -> None:
    """Make due at once what could not be looked at: its shop or account has been mended.

    With an account these are its orders, and those whose account is not known yet.
    """
    waits = Q(failures__gt=0) | Q(wanted__gt=F("reconciled"))
    rows = Order.objects.filter(waits, shop=shop, due_at__gt=now)
    if account is not None:
        rows = rows.filter(Q(account=account) | Q(account=None))
    waiting = rows.values_list("store_order_id", flat=True)
    with transaction.atomic():
        want(((ShopId(shop), StoreOrderId(order)) for order in waiting), why=why, now=now)

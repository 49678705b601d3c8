"""The statements of a claim, written by hand: each worker asks them all the time.

The law: a row is leased in one statement, and who holds it is what that statement returns.
On SQLite the transaction around it is the only writer from its begin (an immediate one); on
PostgreSQL the row is locked, and rows that others have locked are passed over.
Called by ``queue.py``.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.journal import Lease

# Each shop's head is the first entry of its part of the index ``kvitt_order_shop_due``:
# as many probes as there are shops, however many orders wait behind each head.
_SHOPS = """
SELECT id FROM (
    SELECT id, (
        SELECT due_at FROM kvitt_order
        WHERE shop_id = kvitt_shop.id AND due_at IS NOT NULL
        ORDER BY due_at, id LIMIT 1
    ) AS head
    FROM kvitt_shop WHERE state = 'active'
) AS shop
WHERE head <= %s ORDER BY head, id
"""

# Counted by us: there are as many rows as workers, and a database that groups, or is asked
# for one shop, would rather walk through an index of every order.
_HELD = "SELECT shop_id FROM kvitt_order WHERE lease_until > %s"

# Not FOR UPDATE: an order that a webhook adds meanwhile refers to the shop, and may.
_LOCK_SHOP = "SELECT id FROM kvitt_shop WHERE id = %s FOR NO KEY UPDATE"

_LEASE = """
UPDATE kvitt_order SET lease_owner = %s, lease_token = %s, lease_until = %s, due_at = %s
WHERE id = ({choice}{passing_over})
RETURNING id, shop_id, store_order_id, wanted, failures
"""
_FIRST_DUE = """
    SELECT id FROM kvitt_order
    WHERE shop_id = %s AND due_at <= %s{accounts}
    ORDER BY due_at, id LIMIT 1
"""
_THIS_ONE = """
    SELECT id FROM kvitt_order
    WHERE id = %s AND (lease_until IS NULL OR lease_until <= %s)
"""
_NOT_THESE = " AND (account_id IS NULL OR account_id NOT IN ({}))"


#: What a statement is given.
_Value = int | str | UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """Who wants an order, under which token, from when on and for how long."""

    worker: str
    token: UUID
    now: datetime
    lasting: timedelta


def shops_with_work(now: datetime) -> list[int]:
    """Return the active shops with a due order, the one that is due longest first."""
    return [shop for (shop,) in _ask(_SHOPS, (_moment(now),))]


def held_of_shops(now: datetime) -> Counter[int]:
    """Return how many orders of each shop are held by workers."""
    return Counter(shop for (shop,) in _ask(_HELD, (_moment(now),)))


def lock_shop(shop: int) -> None:
    """Let nobody else count a shop's held orders until the transaction ends.

    SQLite has one writer at a time, and needs no lock for that.
    """
    if connection.vendor == "postgresql":
        _ask(_LOCK_SHOP, (shop,))


def lease_first_due(claim: Claim, shop: int, *, not_of: Sequence[int]) -> Lease | None:
    """Lease the shop's order that has been due longest, but of none of these accounts."""
    accounts = _NOT_THESE.format(", ".join(["%s"] * len(not_of))) if not_of else ""
    choice = _FIRST_DUE.format(accounts=accounts)
    return _lease(claim, choice, (shop, _moment(claim.now), *not_of))


def lease_this_one(claim: Claim, order: int) -> Lease | None:
    """Lease this very order, due or not, unless somebody holds it."""
    return _lease(claim, _THIS_ONE, (order, _moment(claim.now)))


def _lease(claim: Claim, choice: str, chosen_by: tuple[_Value, ...]) -> Lease | None:
    features = connection.features
    passing = "FOR UPDATE SKIP LOCKED" if features.has_select_for_update_skip_locked else ""
    token = claim.token if features.has_native_uuid_field else claim.token.hex
    until = _moment(claim.now + claim.lasting)
    leased = _ask(
        _LEASE.format(choice=choice, passing_over=passing),
        (claim.worker, token, until, until, *chosen_by),
    )
    for order, shop, store_order_id, wanted, failures in leased:
        return Lease(
            order=order,
            shop=ShopId(shop),
            store_order_id=StoreOrderId(store_order_id),
            wanted=wanted,
            token=claim.token,
            failures=failures,
        )
    return None


def _ask(statement: str, values: tuple[_Value, ...]) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _moment(moment: datetime) -> str | None:
    return connection.ops.adapt_datetimefield_value(moment)

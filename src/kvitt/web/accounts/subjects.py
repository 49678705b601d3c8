"""Which shop an address is about, by the names in it.

The law: an address that names an order, an account or a shop by row id uses one of the
names below, so that a guard finds the shop without the view's help.
"""

from collections.abc import Callable, Mapping
from typing import Any

from kvitt.adapters.database.models import KlarnaAccount, Order, Shop

#: What every database can compare with a row id.
_LARGEST_ID = 2**63 - 1


def _of_order(row: int) -> int | None:
    return Order.objects.filter(pk=row).values_list("shop", flat=True).first()


def _of_account(row: int) -> int | None:
    return KlarnaAccount.objects.filter(pk=row).values_list("shop", flat=True).first()


def _of_shop(row: int) -> int | None:
    return Shop.objects.filter(pk=row).values_list("pk", flat=True).first()


#: Name in the address → row id to the row id of the shop, None where there is no such row.
SUBJECTS: Mapping[str, Callable[[int], int | None]] = {
    "order_id": _of_order,
    "account_id": _of_account,
    "shop_id": _of_shop,
}


class NoSuchSubject(LookupError):
    """The address names something that is not there."""


def shop_of(names: Mapping[str, Any]) -> int | None:
    """Return the row id of the shop that an address is about, None for one about none.

    Raises NoSuchSubject.
    """
    for name, find in SUBJECTS.items():
        row = names.get(name)
        if row is None:
            continue
        shop = find(row) if 0 <= row <= _LARGEST_ID else None
        if shop is None:
            raise NoSuchSubject(name)
        return shop
    return None

"""A shop's orders as a list gives them: enough to know which ones concern us."""

from dataclasses import dataclass
from datetime import datetime

from kvitt.domain.ids import ShopId, StoreOrderId


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedOrder:
    """An order of a list, and how it was paid."""

    id: StoreOrderId
    payment_method: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderPage:
    """One page of a list, and how many orders the whole list has."""

    orders: tuple[ListedOrder, ...]
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Importing:
    """How far an import is."""

    id: int
    shop: ShopId
    since: datetime
    #: The page to be listed next; 0 once all are.
    page: int
    #: Orders the shop has in that time, as it said last.
    total: int | None

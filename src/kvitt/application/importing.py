"""Taking in the orders from before a shop was connected, without moving any money.

1. ``start`` notes from when on; ``step`` lists one page of 25 at a time and has each of
   its Klarna orders looked at. The next page is listed when that is done, so that the
   shop answers two calls at a time at most: the looks, or the list.
2. Imported orders are only observed: what kvitt would do is kept on each of them.
3. When all are looked at, the differences are a report. ``approve`` lets kvitt act.

The law: every step is stored with what it did, so that a stopped process goes on where
it was, and a page that is listed twice takes nothing in twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from kvitt.application.ports import Clock
from kvitt.domain.errors import KvittError, NotAllowedNow
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.listing import Importing, OrderPage

#: Klarna holds no authorization longer than this (klarna-api.md §7).
REACH = timedelta(days=180)
#: A small host answers this in a second or two (woocommerce-facts.md §13).
PAGE = 25
#: A process that lists a page and says nothing for this long has died.
LISTING_LASTS = timedelta(minutes=3)
#: How long to wait after a shop did not answer.
REST = timedelta(minutes=1)


class Lists(Protocol):
    """One shop's orders, as a list."""

    def orders_since(self, moment: datetime, *, page: int, per_page: int) -> OrderPage:
        """Return a page of the orders received after a moment, oldest first."""
        ...


class Stores(Protocol):
    """Reaching connected shops."""

    def store(self, shop: ShopId) -> Lists:
        """Return the shop's client. Raises ConfigurationError."""
        ...


class Imports(Protocol):
    """Imports, as they are stored."""

    def start(self, shop: ShopId, *, since: datetime, actor: str) -> int:
        """Store a new import and return its id, or that of the one under way."""
        ...

    def claim(self, *, until: datetime) -> Importing | None:
        """Take an import that may go on, for as long as one step takes."""
        ...

    def unread(self, shop: ShopId) -> int:
        """Return how many imported orders have not been looked at."""
        ...

    def take_in(self, import_id: int, orders: Iterable[StoreOrderId], *, listed: int) -> None:
        """Have orders looked at, observed only; those that are known stay as they are.

        ``listed`` is how many orders of the shop have been listed so far.
        """
        ...

    def save_page(self, import_id: int, *, page: int, total: int, due: datetime) -> None:
        """Remember which page comes next, and when."""
        ...

    def wait(self, import_id: int, *, due: datetime, trouble: str = "") -> None:
        """Go on then."""
        ...

    def end(self, import_id: int) -> None:
        """Everything was looked at: the report waits for a person."""
        ...

    def approve(self, import_id: int, *, actor: str) -> int:
        """Let kvitt act on the imported orders; return how many are looked at anew."""
        ...

    def is_report(self, import_id: int) -> bool:
        """Say whether the report waits for a person."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """The use case."""

    imports: Imports
    stores: Stores
    clock: Clock
    #: The gateways whose orders are taken in.
    gateways: frozenset[str]

    def start(self, shop: ShopId, *, actor: str) -> int:
        """Start taking in a shop's orders, or go on with what was started."""
        since = self.clock.now() - REACH
        return self.imports.start(shop, since=since, actor=actor)

    def approve(self, import_id: int, *, actor: str) -> int:
        """Let kvitt do what the report says. Raises NotAllowedNow before it is whole."""
        if not self.imports.is_report(import_id):
            raise NotAllowedNow(
                "import_not_read",
                "The orders have not all been read yet: approve the report once they are.",
            )
        return self.imports.approve(import_id, actor=actor)

    def step(self) -> bool:
        """Do the next piece of an import; say whether there was one to do."""
        now = self.clock.now()
        importing = self.imports.claim(until=now + LISTING_LASTS)
        if importing is None:
            return False
        if self.imports.unread(importing.shop):
            self.imports.wait(importing.id, due=now)
            return False
        if not importing.page:
            self.imports.end(importing.id)
            return True
        try:
            self._list(importing)
        except KvittError as error:
            self.imports.wait(importing.id, due=now + REST, trouble=str(error))
        return True

    def _list(self, importing: Importing) -> None:
        store = self.stores.store(importing.shop)
        page = store.orders_since(importing.since, page=importing.page, per_page=PAGE)
        klarna = [order.id for order in page.orders if order.payment_method in self.gateways]
        listed = (importing.page - 1) * PAGE + len(page.orders)
        self.imports.take_in(importing.id, klarna, listed=listed)
        self.imports.save_page(
            importing.id,
            page=_next(importing, page),
            total=page.total,
            due=self.clock.now(),
        )


def _next(importing: Importing, page: OrderPage) -> int:
    """Return the page after this one; the one before where orders have gone meanwhile.

    An order that is trashed while pages are turned moves the others one place forward, so
    that one would slip through at the page's edge. A page past the end says that there
    are no orders at all.
    """
    if not page.orders or importing.page * PAGE >= page.total:
        return 0
    if importing.total is not None and page.total < importing.total and importing.page > 1:
        return importing.page - 1
    return importing.page + 1

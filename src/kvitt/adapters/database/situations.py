"""Both halves of an order as last read, as a decision may look at them. Nothing is fetched."""

from collections.abc import Callable
from datetime import datetime

from kvitt.adapters.database import shapes
from kvitt.adapters.database.details import OrderReader
from kvitt.adapters.database.models import Order
from kvitt.adapters.database.vault import Vault
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.hooks import NO_HOOKS, Hooks
from kvitt.domain.intents import Scope
from kvitt.domain.plan import Gone, Situation
from kvitt.domain.policy import Policy
from kvitt.domain.store_order import StoreOrder


class StoredSituations:
    """Situations from the database, for reviews, previews and ``kvitt plan``."""

    def __init__(
        self, vault: Vault, now: Callable[[], datetime], *, hooks: Hooks = NO_HOOKS
    ) -> None:
        self._reader = OrderReader(vault)
        self._now = now
        self._hooks = hooks

    def of(self, order: int) -> Situation:
        """Return the situation of an order. Raises NotAllowedNow before the first look."""
        row = Order.objects.select_related("shop", "account").filter(pk=order).first()
        if row is None:
            raise NotAllowedNow("no_order", "There is no such order.")
        detail = self._reader.detail(row)
        store = detail.snapshot.store
        if store is None:
            raise NotAllowedNow(
                "not_read", "This order could not be read from the shop yet. Try again shortly."
            )
        account = row.account
        return Situation(
            store=store,
            klarna=detail.snapshot.klarna,
            journal=detail.journal,
            policy=shapes.unpack(Policy, row.shop.policy),
            environment=account.environment if account else "",
            now=self._now(),
            gone=Gone.TRASHED if store.status == "trash" else None,
            scope=_scope_of(row, store),
            hooks=self._hooks,
        )


def _scope_of(row: Order, store: StoreOrder) -> Scope | None:
    account = row.account
    if account is None or store.klarna_order_id is None:
        return None
    return Scope(
        environment=account.environment,
        account=str(account.uid),
        shop=str(row.shop.uid),
        store_order_id=store.id,
        order_number=store.number,
        klarna_order_id=store.klarna_order_id,
    )

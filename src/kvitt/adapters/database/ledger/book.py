"""What every part of the journal writes with: the lock, the lease, the timeline."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType

from django.db import transaction

from kvitt.adapters.database import timeline
from kvitt.adapters.database.models import Order
from kvitt.adapters.database.vault import Vault
from kvitt.domain.errors import LeaseLost
from kvitt.domain.journal import Lease
from kvitt.domain.lines import Json

#: Who did what nobody asked for by name.
KVITT = "kvitt"

# What a row of the timeline, and what subscribers are told of it, are made from.
_TOLD_OF = ("shop", "store_order_id", "number", "klarna_order_id", "chain_length", "chain_head")
NO_FACTS: Mapping[str, Json] = MappingProxyType({})


class Book:
    """An order's page, open for writing by the worker that holds the order."""

    def __init__(self, vault: Vault, now: Callable[[], datetime]) -> None:
        self._vault = vault
        self._now = now

    @contextmanager
    def _writing(self, lease: Lease, *columns: str) -> Iterator[Order]:
        """Give the locked order, in a transaction of its own. Raises LeaseLost.

        It is read with these columns and those of the timeline: an order has many, some of
        them large, and nearly every write needs few. Another is read when it is asked for.
        """
        with transaction.atomic():
            held = Order.objects.filter(pk=lease.order, lease_token=lease.token)
            if any(name.startswith("shop__") for name in columns):
                held = held.select_related("shop")
            row = held.select_for_update(of=("self",)).only(*_TOLD_OF, *columns)
            order = row.first()
            if order is None:
                raise LeaseLost
            yield order

    def _note(
        self,
        order: Order,
        what: str,
        text: str = "",
        *,
        facts: Mapping[str, Json] = NO_FACTS,
        actor: str = KVITT,
    ) -> None:
        timeline.append(order, at=self._now(), what=what, text=text, actor=actor, data=facts)


def context_of_store(order: int) -> str:
    """Return what the shop's half of an order is sealed for."""
    return f"order {order} store"


def context_of_body(intent: object) -> str:
    """Return what the body of an intent is sealed for."""
    return f"intent {intent} body"

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

# Large columns, which only ``cases`` and ``snapshots`` have a use for.
_LARGE = ("store_sealed", "klarna")
NO_FACTS: Mapping[str, Json] = MappingProxyType({})


class Book:
    """An order's page, open for writing by the worker that holds the order."""

    def __init__(self, vault: Vault, now: Callable[[], datetime]) -> None:
        self._vault = vault
        self._now = now

    @contextmanager
    def _writing(self, lease: Lease) -> Iterator[Order]:
        """Give the locked order, in a transaction of its own. Raises LeaseLost."""
        with transaction.atomic():
            held = Order.objects.filter(pk=lease.order, lease_token=lease.token)
            order = held.select_for_update(of=("self",)).defer(*_LARGE).first()
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

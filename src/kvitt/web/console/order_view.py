"""Everything the page of one order shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kvitt.adapters.database.details import OrderDetail
from kvitt.adapters.database.models import Order, OrderState
from kvitt.domain.klarna_order import KlarnaCapture, KlarnaRefund
from kvitt.domain.plan import Hold
from kvitt.web.console import history, progress, rows, words
from kvitt.web.console.figures import MoneyView, money_of
from kvitt.web.console.history import Happening
from kvitt.web.console.items import Item, items_of
from kvitt.web.console.places import Places, places_of
from kvitt.web.console.progress import Operation
from kvitt.web.console.rows import Row

#: Older than this, what is shown is marked as old.
STALE = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderView:
    """One order, ready to be read."""

    order: Order
    row: Row
    money: MoneyView
    items: tuple[Item, ...]
    captures: tuple[KlarnaCapture, ...]
    refunds: tuple[KlarnaRefund, ...]
    operations: tuple[Operation, ...]
    timeline: tuple[Happening, ...]
    hold: Hold | None
    held: bool
    places: Places
    #: When the customer ordered, as Klarna has it; None until it has been read there.
    placed_at: datetime | None
    #: Klarna's name of how the customer pays.
    payment: str
    #: The authorization's end is near enough to be said loudly.
    ends_soon: bool
    stale: bool
    under_way: bool
    #: When kvitt looks again by itself; None while it is under way or not planned.
    next_try: datetime | None
    #: Whom it waits for, who is left alone for now, and until when; empty for nobody.
    waits: str
    doing: Any


def view_of(detail: OrderDetail, *, now: datetime, waits: str = "") -> OrderView:
    """Return what the page shows, as of now; ``waits`` is whom the order waits for."""
    order, store, klarna = detail.order, detail.snapshot.store, detail.snapshot.klarna
    busy = not waits and progress.under_way(order, now=now)
    return OrderView(
        order=order,
        row=rows.row_of(order, now=now),
        money=money_of(order),
        items=items_of(store, klarna, detail.intents) if store else (),
        captures=klarna.captures if klarna else (),
        refunds=klarna.refunds if klarna else (),
        operations=_operations(detail),
        timeline=tuple(history.happening_of(row) for row in reversed(detail.timeline)),
        hold=detail.hold,
        held=order.state == OrderState.HELD.value,
        places=places_of(order),
        placed_at=klarna.created_at if klarna else None,
        payment=klarna.payment_method_name or klarna.payment_method if klarna else "",
        ends_soon=rows.expires_soon(order, now=now),
        stale=order.looked_at is not None and now - order.looked_at > STALE,
        under_way=busy,
        next_try=None if busy or waits or not order.failures else order.due_at,
        waits=waits,
        doing=words.standing(order) if waits else progress.doing(order, now=now),
    )


def _operations(detail: OrderDetail) -> tuple[Operation, ...]:
    found = [
        *(progress.operation_of_call(row) for row in detail.intents),
        *(progress.operation_of_write(row) for row in detail.write_backs),
    ]
    return tuple(sorted(found, key=lambda each: each.at, reverse=True))

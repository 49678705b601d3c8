"""The order rows, as people act on them: by row id, under no lease.

Nothing here talks to a service. Each act changes what is wanted of an order, tells
the timeline who asked, and makes the order due.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kvitt.adapters.database import hints, timeline
from kvitt.adapters.database.ledger import calls, cases, standing
from kvitt.adapters.database.models import IntentRow, Order
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.intents import State
from kvitt.domain.plan import Hold, Wish


class OrderDesk:
    """What people may ask of an order row."""

    def __init__(self, now: Callable[[], datetime], *, on_hint: Callable[[], None]) -> None:
        self._now = now
        self._on_hint = on_hint

    def hold_of(self, order: int) -> Hold | None:
        """Return what the order waits for."""
        return cases.read_hold(_order(order))

    def look_again(self, order: int, *, actor: str) -> None:
        """Make the order due now, with Klarna's half to be read anew."""
        with self._acting(order) as row:
            row.klarna_read_at = None
            row.save(update_fields=("klarna_read_at",))
            self._tell(row, "look_again", actor=actor)

    def approve_refused(self, order: int, *, actor: str) -> None:
        """Allow the calls that Klarna refused to be asked once more, under new keys."""
        with self._acting(order) as row:
            refused = IntentRow.objects.filter(order=row, state=State.REFUSED.value)
            self._approve(
                row, {str(uid) for uid in refused.values_list("uid", flat=True)}, actor
            )

    def approve(self, order: int, code: str, *, actor: str) -> None:
        """Allow what a hold waits for, by a code such as ``refund_ask:17``."""
        with self._acting(order) as row:
            self._approve(row, {code}, actor)

    def wish(self, order: int, wish: Wish, *, actor: str) -> None:
        """Remember what a person wants of the order."""
        with self._acting(order) as row:
            if standing.change_wish(row, wish, wanted=True):
                self._tell(row, "wished", actor=actor, wish=wish.value)

    def settle_parked(self, order: int, intent: UUID, *, done: bool, actor: str) -> None:
        """Settle a call nobody answered by what a person has seen in Klarna's portal."""
        with self._acting(order) as row:
            call = IntentRow.objects.filter(order=row, uid=intent).first()
            if call is None or call.state != State.PARKED:
                raise NotAllowedNow("not_parked", "This call does not wait for a person.")
            # Not done: the same call goes again under the same key, if it is still wanted.
            state = State.DONE if done else State.PLANNED
            calls.check_transition(call, state)
            call.state = state.value
            call.doubtful = False
            call.settled_at = self._now() if done else None
            call.save(update_fields=("state", "doubtful", "settled_at"))
            what = "found_done" if done else "found_not_done"
            self._tell(row, what, actor=actor, intent=str(intent))

    @contextmanager
    def _acting(self, order: int) -> Iterator[Order]:
        """Give the locked order, and make it due when the act is done."""
        with transaction.atomic():
            row = _order(order, lock=True)
            yield row
            hints.want(
                [(ShopId(row.shop_id), StoreOrderId(row.store_order_id))],
                why="asked",
                now=self._now(),
            )
            transaction.on_commit(self._on_hint)

    def _approve(self, row: Order, codes: set[str], actor: str) -> None:
        new = codes - set(row.approvals or ())
        if new:
            row.approvals = sorted({*(row.approvals or ()), *new})
            row.save(update_fields=("approvals",))
            self._tell(row, "approved", actor=actor, codes=", ".join(sorted(new)))

    def _tell(self, row: Order, what: str, *, actor: str, **data: str) -> None:
        timeline.append(row, at=self._now(), what=what, text="", actor=actor, data=data)


def _order(order: int, *, lock: bool = False) -> Order:
    rows = Order.objects.filter(pk=order).defer("store_sealed", "klarna")
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise NotAllowedNow("no_order", "There is no such order.")
    return row

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
from kvitt.domain.plan import Hold, HoldCode, Wish


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
            self._tell(row, "look_again", "", actor=actor)

    def approve_refused(self, order: int, *, actor: str) -> None:
        """Allow the calls that Klarna refused to be asked once more, under new keys."""
        with self._acting(order) as row:
            self._approve(row, {HoldCode.REFUSED_BY_KLARNA.value, row.hold_code}, actor=actor)

    def approve(self, order: int, code: HoldCode, *, actor: str) -> None:
        """Allow what a hold of this code waits for to be carried out."""
        with self._acting(order) as row:
            self._approve(row, {code.value}, actor=actor)

    def wish(self, order: int, wish: Wish, *, actor: str) -> None:
        """Remember what a person wants of the order."""
        with self._acting(order) as row:
            if standing.change_wish(row, wish, wanted=True):
                self._tell(row, "wished", "", actor=actor, wish=wish.value)

    def settle_parked(self, order: int, intent: UUID, *, done: bool, actor: str) -> None:
        """Settle a call nobody answered by what a person has seen in Klarna's portal."""
        with self._acting(order) as row:
            call = IntentRow.objects.filter(order=row, uid=intent).first()
            if call is None or call.state != State.PARKED:
                raise NotAllowedNow("not_parked", "This call does not wait for a person.")
            state = State.DONE if done else State.REFUSED
            calls.check_transition(call, state)
            call.state = state.value
            call.settled_at = self._now()
            call.save(update_fields=("state", "settled_at"))
            self._tell(row, state.value, "", actor=actor, intent=str(intent))

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

    def _approve(self, row: Order, codes: set[str], *, actor: str) -> None:
        # A look that is under way does not know of this and must not use it up:
        # the approval is for the look that the raised counter asks for.
        given = dict.fromkeys(codes - {""}, row.wanted + 1)
        row.approvals = {**(row.approvals or {}), **given}
        row.save(update_fields=("approvals",))
        self._tell(row, "approved", "", actor=actor, codes=", ".join(sorted(given)))

    def _tell(self, row: Order, what: str, text: str, *, actor: str, **data: str) -> None:
        timeline.append(row, at=self._now(), what=what, text=text, actor=actor, data=data)


def _order(order: int, *, lock: bool = False) -> Order:
    rows = Order.objects.filter(pk=order).defer("store_sealed", "klarna")
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise NotAllowedNow("no_order", "There is no such order.")
    return row

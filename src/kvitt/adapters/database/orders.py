"""The order rows, as people act on them: by row id, under no lease.

Nothing here talks to a service. Each act changes what is wanted of an order, tells
the timeline who asked, and makes the order due.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kvitt.adapters.database import hints, shapes, timeline
from kvitt.adapters.database.health import ask_anew
from kvitt.adapters.database.ledger import calls, cases, standing
from kvitt.adapters.database.ledger.asks import read_ask
from kvitt.adapters.database.models import AskRow, IntentRow, Order
from kvitt.domain.asks import Answer, Ask, AskState, Request
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.intents import State
from kvitt.domain.klarna_order import DueDateOption
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
            # Whoever says "try again" has mended something, as likely as not.
            ask_anew(shop=row.shop_id, account=row.account_id)

    def approve_refused(self, order: int, *, actor: str) -> None:
        """Allow the calls that Klarna refused to be asked once more, under new keys."""
        with self._acting(order) as row:
            refused = IntentRow.objects.filter(order=row, state=State.REFUSED.value)
            self._approve(
                row, {str(uid) for uid in refused.values_list("uid", flat=True)}, actor
            )

    def approve(self, order: int, codes: frozenset[str], *, actor: str) -> None:
        """Allow, or leave out, what a hold waits for, by codes such as ``refund_ask:17``."""
        with self._acting(order) as row:
            self._approve(row, set(codes), actor)

    def wish(self, order: int, wish: Wish, *, actor: str) -> None:
        """Remember what a person wants of the order."""
        with self._acting(order) as row:
            if standing.change_wish(row, wish, wanted=True):
                self._tell(row, "wished", actor=actor, wish=wish.value)

    def store_ask(self, order: int, ask: Ask) -> None:
        """Store an ask, once by its id. Raises NotAllowedNow where the id asked for else."""
        packed = shapes.pack(Request, ask.request)
        with self._acting(order) as row:
            known = AskRow.objects.filter(uid=ask.id).first()
            if known is not None:
                if (known.order_id, known.request) != (row.pk, packed):
                    raise NotAllowedNow(
                        "key_reused",
                        "This key was used for another request before. Review it again.",
                    )
                return
            AskRow.objects.create(
                uid=ask.id,
                order=row,
                command=ask.request.command.value,
                request=packed,
                actor=ask.actor,
                asked_at=ask.asked_at,
            )
            row.klarna_read_at = None
            row.save(update_fields=("klarna_read_at",))
            amount = str(ask.request.expects) if ask.request.expects else ""
            command = ask.request.command.value
            self._tell(row, "asked", actor=ask.actor, command=command, amount=amount)

    def ask_of(self, order: int, ask: UUID) -> Ask | None:
        """Return an ask by its id; None where nothing was asked under it."""
        found = AskRow.objects.filter(uid=ask).first()
        if found is not None and found.order_id != order:
            raise NotAllowedNow(
                "key_reused", "This key was used for another order before. Use a new one."
            )
        return None if found is None else read_ask(found)

    def withdraw(self, order: int, ask: UUID, *, actor: str) -> None:
        """Take an ask back. Raises NotAllowedNow once it may have been sent."""
        with self._acting(order) as row:
            found = _ask(row, ask)
            sent = found.intent is not None and (
                IntentRow.objects.filter(uid=found.intent)
                .exclude(state=State.PLANNED.value, attempts=0)
                .exists()
            )
            if found.state != AskState.WAITING or sent:
                raise NotAllowedNow(
                    "too_late", "This cannot be taken back: it was sent, or has been answered."
                )
            found.state = AskState.WITHDRAWN.value
            found.answer = "Taken back before it was sent."
            found.settled_at = self._now()
            found.save(update_fields=("state", "answer", "settled_at"))
            self._tell(row, "ask_withdrawn", actor=actor, command=found.command)

    def answer_of(self, order: int, ask: UUID) -> Answer:
        """Return where an ask stands. Raises NotAllowedNow where there is none."""
        found = _ask(_order(order), ask)
        offers = tuple(shapes.unpack(DueDateOption, offer) for offer in found.offers)
        return Answer(state=AskState(found.state), text=found.answer, offers=offers)

    def switch(self, order: int, *, off: bool, actor: str, reason: str) -> None:
        """Leave an order alone from now on, or take it up again."""
        with self._acting(order) as row:
            if row.switched_off is not off:
                row.switched_off = off
                row.save(update_fields=("switched_off",))
                what = "switched_off" if off else "switched_on"
                self._tell(row, what, actor=actor, reason=reason)

    def settle_parked(
        self, order: int, intent: UUID, *, done: bool, actor: str, reason: str
    ) -> None:
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
            self._tell(row, what, actor=actor, intent=str(intent), reason=reason)

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


def _ask(order: Order, uid: UUID) -> AskRow:
    row = AskRow.objects.filter(uid=uid, order=order).first()
    if row is None:
        raise NotAllowedNow("no_ask", "There is no such request on this order.")
    return row


def _order(order: int, *, lock: bool = False) -> Order:
    rows = Order.objects.filter(pk=order).defer("store_sealed", "klarna")
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise NotAllowedNow("no_order", "There is no such order.")
    return row

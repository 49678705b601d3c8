"""What must hold at every moment of a run (reliability.md §4), seen from outside.

The witness knows what people have asked for and what has happened at Klarna, both from
the books, and asks nothing of the code under test. What it finds is a ``Violation``;
the run goes on, so that one fault is told with all that follows from it.
"""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from kvitt.domain.asks import Ask, Command, Request
from kvitt.domain.errors import KvittError
from kvitt.domain.ids import KlarnaOrderId, StoreOrderId
from kvitt.domain.intents import State
from kvitt.domain.journal import Call, Receipt
from kvitt.domain.klarna_order import KlarnaOrder
from kvitt.domain.plan import Wish
from kvitt.domain.policy import ManualRefunds
from kvitt.domain.steps import Kind
from kvitt.domain.store_order import StoreOrder, StoreRefund
from simulation.klarna_books import Effect
from simulation.schedule import MINUTE

if TYPE_CHECKING:
    from simulation.memory.rows import OrderRow
    from simulation.world import Worker, World

T = TypeVar("T")
MONEY = frozenset({Kind.CAPTURE, Kind.REFUND})


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A promise that was broken, by the number of its invariant."""

    invariant: str
    what: str
    at: int

    def __str__(self) -> str:
        return f"[{self.invariant}] {self.what}"


@dataclass(slots=True, kw_only=True)
class View:
    """Both halves as one worker has read them, and what others had done by then."""

    store: StoreOrder | None = None
    klarna: KlarnaOrder | None = None
    foreign: int = 0


class Witness:
    """Sees every send, every effect and every settlement of a run."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.violations: list[Violation] = []
        self._effects: Counter[UUID] = Counter()
        self._refunded: Counter[tuple[KlarnaOrderId, str]] = Counter()
        self._bodies: dict[UUID, str] = {}
        #: What operators have asked for, by the id of the ask.
        self.asks: dict[UUID, Request] = {}
        self._asked_for: dict[UUID, UUID] = {}
        self._answered: Counter[UUID] = Counter()
        #: Refunds that were booked before a capture, which took that much less.
        self._never_taken: set[int] = set()
        #: The reasons of refunds that workers have booked in the shop, ever.
        self.bookings: list[str] = []

    def broken(self, invariant: str, what: str) -> None:
        """Note that a promise was broken."""
        violation = Violation(invariant=invariant, what=what, at=self.world.now)
        self.world.tell("WITNESS", f"broken: {violation}")
        self.violations.append(violation)

    def effect(self, effect: Effect) -> None:
        """Something has happened at Klarna."""
        world = self.world
        world.tell(effect.who, f"effect: {effect.kind} {effect.amount} {effect.reference}")
        order = world.klarna.truth(effect.order)
        if not 0 <= order.refunded.minor <= order.captured.minor <= order.order_amount.minor:
            self.broken("2", f"captured {order.captured}, refunded {order.refunded}")
        if effect.intent is None or effect.kind not in MONEY:
            return
        if effect.kind is Kind.CAPTURE:
            self._see_early_refunds(order)
        self._count(self._effects, effect.intent, f"a {effect.kind} of {effect.amount}")
        ask = self._asked_for.get(effect.intent)
        if ask is not None and effect.kind.value == self.asks[ask].command.value:
            self._count(self._answered, ask, f"a {effect.kind} that was asked for once")
        if effect.kind is Kind.REFUND:
            name = (effect.order, effect.reference)
            self._count(self._refunded, name, f"refund {effect.reference}")
        # What was sent before a backup was put back may arrive after it.
        if self._row(effect.intent) is None and not self.world.era:
            self.broken("4", f"a {effect.kind} happened without a row in the journal")

    def _see_early_refunds(self, order: KlarnaOrder) -> None:
        for store in self.world.shop.orders.values():
            booked = sum(refund.amount.minor for refund in store.refunds)
            net = store.total.minor - booked
            if store.klarna_order_id == order.id and booked and order.captured.minor == net:
                self._never_taken |= {int(refund.id) for refund in store.refunds}

    def _count(self, seen: "Counter[T]", one: "T", what: str) -> None:
        seen[one] += 1
        if seen[one] > 1:
            self.broken("1", f"{what} happened twice")

    def sending(self, worker: "Worker", call: Call) -> None:
        """A worker is about to send a call."""
        row = self._row(call.id)
        if row is None:
            self.broken("4", f"a {call.kind} is sent that is not in the journal")
            return
        intent = row.intents[call.id]
        mine = worker.holds(row)
        if mine and (intent.state is not State.SENT or intent.call.key != call.key):
            self.broken("4", f"a {call.kind} is sent that the journal has as {intent.state}")
        digest = self._bodies.setdefault(call.key, call.body_digest)
        if digest != call.body_digest:
            self.broken("1", f"the key of a {call.kind} has had two bodies")
        if any(isinstance(value, float) for value in call.body.values()):
            self.broken("7", f"a {call.kind} is sent with a float")

    def planned(
        self, worker: "Worker", row: "OrderRow", call: Call, *, ask: Ask | None = None
    ) -> None:
        """A worker has decided on a call and is about to store it."""
        view = worker.views.get(row.store_order_id)
        if ask is not None:
            self._asked(call, ask)
        if view is None or view.store is None:
            # What an operator asks for can be done for an order that the shop has deleted.
            if ask is None:
                self.broken("3", f"a {call.kind} was decided without reading the shop")
            return
        self._check_switch(worker, row, call)
        if ask is None and call.kind in _CHECKS:
            _CHECKS[call.kind](self, view.store, row, call)
        truth = self.world.klarna.truth(call.klarna_order_id)
        if self.world.klarna.foreign.get(truth.id, 0) != view.foreign or view.klarna is None:
            return
        if call.kind is Kind.CAPTURE and call.amount > truth.remaining:
            self.broken("2", f"a capture of {call.amount} where {truth.remaining} is left")
        if call.kind is Kind.REFUND and call.amount > truth.refundable:
            self.broken("2", f"a refund of {call.amount} where {truth.refundable} is left")

    def done(self, call: Call, receipt: Receipt) -> None:
        """A call was settled as carried out."""
        if call.kind not in MONEY:
            return
        made = [e for e in self.world.klarna.effects if e.intent == call.id]
        if not any(e.amount == call.amount.minor for e in made):
            self.broken("5", f"a {call.kind} of {call.amount} is done that never happened")
        elif all(e.remote_id != receipt.remote_id for e in made):
            self.broken(
                "5", f"a {call.kind} is recorded as {receipt.remote_id}, which it is not"
            )

    def refused(self, call: Call, error: KvittError) -> None:
        """A call was settled as certainly not carried out."""
        if call.kind in MONEY and self._effects[call.id]:
            self.broken(
                "5", f"a {call.kind} of {call.amount} is refused ({error}) and happened"
            )

    def booked(self, order_id: StoreOrderId, reason: str) -> None:
        """A worker has booked a refund in the shop."""
        self.bookings.append(reason)
        refunds = self.world.shop.orders[order_id].refunds
        twice = sum(refund.reason == reason for refund in refunds) > 1
        # A backup has forgotten what was written since.
        if twice and not self.world.loose and not self.world.era:
            self.broken("8", f"{reason!r} was booked twice")

    def moving(self, worker: "Worker", order_id: StoreOrderId, status: str) -> None:
        """A worker is setting the status of the shop's order."""
        row = next(
            row for row in self.world.rows.orders.values() if row.store_order_id == order_id
        )
        before = [
            each.owed.status_before
            for each in row.owed.values()
            if each.owed.status == status and not each.outcome
        ]
        del worker
        moved = self.world.moved_at.get(order_id, -_OVERTAKEN_AFTER)
        # Between the look and the write there is always a moment; a whole episode is not one.
        if self.world.loose or self.world.now - moved < _OVERTAKEN_AFTER:
            return
        order = self.world.shop.orders.get(order_id)
        if order is not None and order.status not in before:
            self.broken("3", f"the status {order.status} of a person was overwritten: {status}")

    def _row(self, intent: UUID) -> "OrderRow | None":
        rows = self.world.rows.orders.values()
        return next((row for row in rows if intent in row.intents), None)

    def _check_switch(self, worker: "Worker", row: "OrderRow", call: Call) -> None:
        off_since = self.world.switched_at.get(row.store_order_id, worker.claimed_at)
        if row.switched_off and off_since < worker.claimed_at:
            self.broken("3", f"a {call.kind} on an order that a person has switched off")

    def _asked(self, call: Call, ask: Ask) -> None:
        """A call for an operator's ask is one that was asked for, of what was asked for."""
        self._asked_for[call.id] = ask.id
        if ask.id not in self.asks:
            self.broken("3", f"a {call.kind} for a request that nobody made")
        expected = ask.request.expects
        last = call.kind.value == ask.request.command.value
        if last and expected is not None and expected != call.amount:
            self.broken("2", f"a {call.kind} of {call.amount} where {expected} was reviewed")
        if not last and (call.kind, ask.request.command) != (Kind.UPDATE, Command.CAPTURE):
            self.broken("3", f"a {call.kind} where a {ask.request.command} was asked for")

    def _capture(self, store: StoreOrder, row: "OrderRow", call: Call) -> None:
        policy = self.world.rows.policy
        asked = store.status in policy.capture_statuses or Wish.CAPTURE in row.wishes
        if not asked:
            self.broken("3", f"a capture where the shop's order is {store.status}")
        truth = self.world.klarna.truth(call.klarna_order_id)
        mine = truth.captured + call.amount
        foreign = self.world.klarna.foreign.get(truth.id, 0)
        if not foreign and mine > store.total:
            self.broken("2", f"captures of {mine} for an order of {store.total}")

    def _cancel(self, store: StoreOrder, row: "OrderRow", call: Call) -> None:
        del call
        policy = self.world.rows.policy
        asked = store.status in policy.cancel_statuses or Wish.CANCEL in row.wishes
        refunded = sum(refund.amount.minor for refund in store.refunds)
        if not asked and refunded < store.total.minor:
            self.broken("3", f"a cancellation where the shop's order is {store.status}")

    def _refund(self, store: StoreOrder, row: "OrderRow", call: Call) -> None:
        booked = {refund.id: refund for refund in store.refunds}
        truth = self.world.klarna.truth(call.klarna_order_id)
        asked = booked.get(call.store_refund_id) if call.store_refund_id is not None else None
        if asked is None:
            self.broken("3", f"a refund of {call.amount} that nobody booked")
        elif asked.amount != call.amount and not (
            # All of a part capture is given back where all of the order was.
            call.amount < asked.amount
            and (call.amount == truth.refundable or self.world.klarna.foreign.get(truth.id))
        ):
            self.broken("2", f"a refund of {call.amount} where {asked.amount} was booked")
        elif int(asked.id) in self._never_taken:
            self.broken("2", f"a refund of {call.amount} that was never taken")
        elif self._waits(row, asked):
            self.broken("3", f"a refund of {call.amount} that nobody has approved")
        elif asked.refunded_payment:
            self.broken("1", f"a refund of {call.amount} that the shop's gateway has made")

    def _waits(self, row: "OrderRow", refund: StoreRefund) -> bool:
        """Say whether a refund has to be approved, and is not."""
        asks = self.world.rows.policy.manual_refunds is ManualRefunds.ASK
        return asks and not row.approved & {"refund_ask", f"refund_ask:{refund.id}"}

    def _update(self, store: StoreOrder, row: "OrderRow", call: Call) -> None:
        del row
        refunded = sum(refund.amount.minor for refund in store.refunds)
        if not store.total.minor - refunded <= call.amount.minor <= store.total.minor:
            self.broken("2", f"an update to {call.amount} of an order of {store.total}")

    def _release(self, store: StoreOrder, row: "OrderRow", call: Call) -> None:
        del row, call
        policy = self.world.rows.policy
        refunded = sum(refund.amount.minor for refund in store.refunds)
        asked = store.status in policy.capture_statuses | policy.cancel_statuses
        if not asked and refunded < store.total.minor:
            self.broken("3", f"a release where the shop's order is {store.status}")


_OVERTAKEN_AFTER = 4 * MINUTE
_CHECKS = {
    Kind.CAPTURE: Witness._capture,
    Kind.CANCEL: Witness._cancel,
    Kind.REFUND: Witness._refund,
    Kind.UPDATE: Witness._update,
    Kind.RELEASE: Witness._release,
}

"""Who acts in a run: the merchant in the shop, Klarna's portal, an operator at kvitt's console.

Each act is over at once. It happens at a time of its own, or right between two calls of
a worker, where it hurts most.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from kvitt.application.commands import Desk
from kvitt.domain.asks import Command, Request
from kvitt.domain.errors import NotAllowed, NotAllowedNow, Rejected
from kvitt.domain.ids import KlarnaOrderId, StoreOrderId
from kvitt.domain.intents import Scope, State
from kvitt.domain.klarna_order import FraudStatus, KlarnaOrder
from kvitt.domain.money import Money
from kvitt.domain.steps import Kind
from kvitt.domain.store_order import StoreOrder
from simulation.choices import Choices, Weights
from simulation.klarna_books import Effect
from simulation.memory.desk import MemoryDesk, MemorySituations
from simulation.memory.rows import OrderRow
from simulation.network import SHOP_NAME, KlarnaPort
from simulation.schedule import SECOND
from simulation.shop_books import CURRENCY, lines_of

if TYPE_CHECKING:
    from simulation.world import World

#: In hundredths of what can still be refunded, or captured.
_PARTS = (100, 50, 10, 33)
_WHOLE = 100
_COMMANDS = (
    Command.REFUND,
    Command.CAPTURE,
    Command.REFUND,
    Command.CAPTURE,
    Command.CANCEL,
    Command.RELEASE,
    Command.EXTEND,
)
#: In hundredths of the order's total.
_EDITS = (50, 90, 120, 160)


class People:
    """Everybody who acts, and what is still to be acted."""

    def __init__(self, world: "World", orders: tuple[StoreOrderId, ...]) -> None:
        self._world = world
        self._choices: Choices = world.choices
        self._orders = orders
        self._memory_desk = MemoryDesk(world.rows, world.moment)
        self._desk = Desk(
            orders=self._memory_desk,
            situations=MemorySituations(world.rows, world.moment, scope_of=scope_of),
            clock=world.clock,
        )
        self._asked = 0
        self._reviewed: list[tuple[int, Request, UUID]] = []
        self._left = 0
        #: What a merchant, the portal and an operator do, and how often.
        self._acts: tuple[Callable[[StoreOrderId], object], ...] = (
            self.complete,
            self.process,
            self.put_on_hold,
            self.cancel,
            self.edit,
            self.refund,
            self.delete_refund,
            self.bin,
            self.restore,
            self.delete,
            self.tell_again,
            self.look_again,
            self.retry,
            self.approve,
            self.settle_parked,
            self.ask,
            self.ask_again,
            self.withdraw,
            self.switch,
            self.portal_capture,
            self.portal_refund,
            self.portal_cancel,
            self.portal_release,
            self.judge,
            self.expire,
        )
        merchant = (24, 8, 5, 5, 8, 20, 4, 1, 2, 0.4)
        operator = (3, 3, 5, 4, 4, 12, 4, 1, 1)
        portal = _PORTALS[self._choices.below(len(_PORTALS))]
        self._weights = Weights((*merchant, *operator, *portal))

    def come(self, *, acts: int, within: int) -> None:
        """Have so many acts happen in a time."""
        self._left = acts
        at = 0
        for _ in range(acts):
            if self._choices.chance(0.6):
                at += self._choices.below(90 * SECOND)
            else:
                at += self._choices.below(max(within // acts, 1))
            self._world.schedule.at(at, self.act)

    def act(self) -> None:
        """Do one thing, if there is anything left to do."""
        if not self._left or self._world.weather.calm:
            return
        self._left -= 1
        order = self._choices.one(self._orders)
        self._acts[self._choices.of(self._weights)](order)

    # --- the merchant ---

    def complete(self, order: StoreOrderId) -> None:
        """Ship the order."""
        self._set_status(order, "completed")

    def process(self, order: StoreOrderId) -> None:
        """Set the order back to be packed."""
        self._set_status(order, "processing")

    def put_on_hold(self, order: StoreOrderId) -> None:
        """Put the order aside."""
        self._set_status(order, "on-hold")

    def cancel(self, order: StoreOrderId) -> None:
        """Cancel the order."""
        self._set_status(order, "cancelled")

    def edit(self, order: StoreOrderId) -> None:
        """Change what is on the order."""
        known = self._world.shop.orders.get(order)
        if known is None or known.status not in {"processing", "on-hold"} or known.refunds:
            return
        minor = max(known.total.minor * self._choices.one(_EDITS) // 100, 100)
        self._says(f"changes the total of order {order} to {minor}")
        self._world.shop.change(
            order, now=self._world.moment(), total=Money(minor, CURRENCY), lines=lines_of(minor)
        )

    def refund(self, order: StoreOrderId) -> None:
        """Book a refund."""
        known = self._world.shop.orders.get(order)
        if known is None or known.status == "trash":
            return
        left = known.total.minor - sum(refund.amount.minor for refund in known.refunds)
        minor = left * self._choices.one(_PARTS) // 100
        try:
            refund = self._world.shop.refund(order, minor, now=self._world.moment())
        except Rejected:
            return
        self._world.shop.asked_refunds[order][int(refund.id)] = minor
        self._says(f"books refund {refund.id} of {minor} on order {order}")

    def delete_refund(self, order: StoreOrderId) -> None:
        """Delete the last refund of the order."""
        known = self._world.shop.orders.get(order)
        if known is not None and known.refunds:
            self._says(f"deletes refund {known.refunds[-1].id} of order {order}")
            self._world.shop.change(order, now=self._world.moment(), refunds=known.refunds[:-1])

    def bin(self, order: StoreOrderId) -> None:
        """Put the order in the bin."""
        self._says(f"puts order {order} in the bin")
        self._world.shop.bin(order, now=self._world.moment())

    def restore(self, order: StoreOrderId) -> None:
        """Take the order out of the bin."""
        self._says(f"restores order {order}")
        self._world.shop.restore(order, now=self._world.moment())

    def delete(self, order: StoreOrderId) -> None:
        """Delete the order for good."""
        self._says(f"deletes order {order}")
        self._world.shop.delete(order)

    def tell_again(self, order: StoreOrderId) -> None:
        """Replay an old webhook."""
        self._world.hint(order, "replay")

    # --- an operator at the console ---

    def look_again(self, order: StoreOrderId) -> None:
        """Press *Look again*."""
        self._operate(order, lambda row: self._desk.look_again(row.id, "anna"), "look again")

    def retry(self, order: StoreOrderId) -> None:
        """Press *Retry*, and once more for good measure."""

        def twice(row: OrderRow) -> None:
            self._desk.retry(row.id, "anna")
            self._desk.retry(row.id, "anna")

        self._operate(order, twice, "retry")

    def approve(self, order: StoreOrderId) -> None:
        """Allow the refund that waits to be approved."""
        self._operate(
            order,
            lambda row: self._desk.approve(row.id, "anna"),
            "approve",
        )

    def settle_parked(self, order: StoreOrderId) -> None:
        """Say of a parked call what Klarna's portal shows."""

        def settle(row: OrderRow) -> None:
            for intent in tuple(row.intents.values()):
                if intent.state is State.PARKED:
                    effects = self._world.klarna.effects
                    done = any(effect.intent == intent.call.id for effect in effects)
                    self._desk.settle_by_hand(
                        row.id, intent.call.id, done=done, reason="seen there", actor="anna"
                    )

        self._operate(order, settle, "settle what is parked")

    def ask(self, order: StoreOrderId) -> None:
        """Review a capture, a refund or something else, and ask for it: a double click."""
        command = self._choices.one(_COMMANDS)
        share = self._choices.one(_PARTS)

        def review(row: OrderRow) -> None:
            known = self._klarna_order(order)
            most = known.refundable if command is Command.REFUND else known.remaining
            amount = None
            if share != _WHOLE and command in {Command.CAPTURE, Command.REFUND}:
                amount = Money(most.minor * share // _WHOLE, CURRENCY)
            self._asked += 1
            name = UUID(int=(order << 32) + self._asked)
            shown = self._desk.review(
                row.id, Request(command=command, amount=amount), ask_id=name
            )
            self._reviewed.append((row.id, shown.request, name))
            # In another tab it is only asked for later.
            for _ in range(self._choices.one((2, 1, 0))):
                self._put(row.id, shown.request, name)

        self._operate(order, review, f"{command} of {share} %")

    def ask_again(self, order: StoreOrderId) -> None:
        """Send an old review off, from a tab that was left open."""
        if self._reviewed:
            found = self._choices.one(self._reviewed)
            self._operate(order, lambda _: self._put(*found), "an old review")

    def withdraw(self, order: StoreOrderId) -> None:
        """Take the last ask back."""
        if self._reviewed:
            row, _, name = self._reviewed[-1]
            self._operate(order, lambda _: self._desk.withdraw(row, name, "anna"), "withdraw")

    def switch(self, order: StoreOrderId) -> None:
        """Leave the order alone, or take it up again."""

        def turn(row: OrderRow) -> None:
            self._world.switched_at[order] = self._world.now
            if row.switched_off:
                self._desk.switch_on(row.id, "anna")
            else:
                self._desk.switch_off(row.id, "anna")

        self._operate(order, turn, "switch")

    def _put(self, row: int, request: Request, name: UUID) -> None:
        self._desk.ask(row, request, ask_id=name, actor="anna")
        self._world.witness.asks[name] = request

    # --- Klarna's portal, and Klarna itself ---

    def portal_capture(self, order: StoreOrderId) -> None:
        """Capture in the portal."""
        self._portal(order, Kind.CAPTURE, lambda known: known.remaining.minor)

    def portal_refund(self, order: StoreOrderId) -> None:
        """Refund in the portal."""
        self._portal(order, Kind.REFUND, lambda known: known.refundable.minor)

    def portal_cancel(self, order: StoreOrderId) -> None:
        """Cancel in the portal."""
        self._portal(order, Kind.CANCEL, None)

    def portal_release(self, order: StoreOrderId) -> None:
        """Release the rest in the portal."""
        self._portal(order, Kind.RELEASE, None)

    def judge(self, order: StoreOrderId) -> None:
        """End Klarna's review."""
        verdict = self._choices.one((FraudStatus.ACCEPTED, FraudStatus.REJECTED))
        known = self._klarna_order(order)
        if known.fraud_status is FraudStatus.PENDING:
            self._world.tell("Klarna", f"order {order} is {verdict}")
            self._world.klarna.judge(known.id, verdict)

    def expire(self, order: StoreOrderId) -> None:
        """Let the authorization run out."""
        self._world.tell("Klarna", f"the authorization of order {order} runs out")
        self._world.klarna.expire(self._klarna_order(order).id, now=self._world.now)

    def _set_status(self, order: StoreOrderId, status: str) -> None:
        known = self._world.shop.orders.get(order)
        if known is None or known.status in {status, "trash"}:
            return
        self._world.moved_at[order] = self._world.now
        self._says(f"sets order {order} from {known.status} to {status}")
        self._world.shop.change(order, now=self._world.moment(), status=status)

    def _operate(
        self, order: StoreOrderId, act: Callable[[OrderRow], object], what: str
    ) -> None:
        row = next(
            (row for row in self._world.rows.orders.values() if row.store_order_id == order),
            None,
        )
        if row is None:
            return
        self._world.tell("operator", f"asks on order {order}: {what}")
        try:
            act(row)
        except NotAllowedNow as error:
            self._world.tell("operator", f"is told: {error}")
        self._world.ring()

    def _portal(
        self,
        order: StoreOrderId,
        kind: Kind,
        most: Callable[[KlarnaOrder], int] | None,
    ) -> None:
        known = self._klarna_order(order)
        amount = known.remaining.minor
        if most is not None:
            amount = most(known) * self._choices.one(_PARTS) // 100
        effect = Effect(
            at=self._world.now,
            order=known.id,
            kind=kind,
            amount=amount,
            who="portal",
            reference="portal",
        )
        try:
            self._world.klarna.act(effect, moment=self._world.moment())
        except NotAllowed as error:
            self._world.tell("portal", f"{kind} of {amount} is not allowed: {error}")

    def _klarna_order(self, order: StoreOrderId) -> KlarnaOrder:
        return self._world.klarna.truth(self._world.klarna_ids[order])

    def _says(self, what: str) -> None:
        self._world.tell("merchant", what)


#: How often the portal captures, refunds, cancels and releases, a review ends, and an
#: authorization runs out; in half of the runs nobody touches the portal.
_PORTALS = (
    (0, 0, 0, 0, 3, 0),
    (0, 0, 0, 0, 3, 0.3),
    (5, 6, 1, 1, 3, 0.5),
    (2, 2, 2, 2, 3, 1),
)


def klarna_id_of(order: StoreOrderId) -> KlarnaOrderId:
    """Return the id of an order's half at Klarna."""
    return KlarnaOrderId(f"{order:08d}-0000-4000-8000-000000000000")


def scope_of(store: StoreOrder) -> Scope:
    """Return whose order it is, as a worker would say it."""
    return Scope(
        environment=KlarnaPort.environment,
        account=KlarnaPort.account,
        shop=SHOP_NAME,
        store_order_id=store.id,
        order_number=store.number,
        klarna_order_id=store.klarna_order_id or klarna_id_of(store.id),
    )

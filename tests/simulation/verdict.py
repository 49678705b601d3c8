"""What must be true in the end, once faults have stopped (reliability.md §4.8 to §4.10).

Every order is in step, and then the money agrees by sums of our own, or it is held or
left alone with a reason. Nothing waits in silence.
"""

from collections import Counter
from typing import TYPE_CHECKING

from kvitt.domain.asks import Command
from kvitt.domain.intents import State
from kvitt.domain.journal import WriteKind
from kvitt.domain.klarna_order import KlarnaOrder, KlarnaStatus
from kvitt.domain.policy import ManualRefunds
from kvitt.domain.steps import Kind
from kvitt.domain.store_order import StoreOrder
from simulation.witness import MONEY

if TYPE_CHECKING:
    from simulation.memory.rows import IntentRow, OrderRow
    from simulation.world import World


def judge(world: "World") -> None:
    """Look at how a run has ended."""
    for row in world.rows.orders.values():
        _Ending(world, row).judge()
    for order, known in world.shop.orders.items():
        # One that was in the bin before anybody heard of it asks for nothing.
        if known.status != "trash" and all(
            row.store_order_id != order for row in world.rows.orders.values()
        ):
            world.witness.broken("9", f"order {order} was never looked at")


def judge_rest(world: "World", *, effects: int, notes: int) -> None:
    """Look at what another look at everything has done: it should be nothing."""
    if world.stood_still and any(world.klarna.foreign.values()):
        # The portal acted while a worker stood still between its read and its send: what
        # follows from that is found by the next look, which may have been this one.
        return
    if len(world.klarna.effects) != effects:
        made = world.klarna.effects[effects]
        world.witness.broken("8", f"another look did a {made.kind} of {made.amount}")
    if len(world.shop.added) != notes:
        world.witness.broken("8", f"another look wrote the note {world.shop.added[notes][1]!r}")


def unsettled(world: "World") -> bool:
    """Say whether anybody still waits to hear what became of a call."""
    rows = world.rows.orders.values()
    intents = (intent for row in rows for intent in row.intents.values())
    return any(intent.state in (State.SENT, State.UNKNOWN) for intent in intents)


class _Ending:
    """One order, as it has ended."""

    def __init__(self, world: "World", row: "OrderRow") -> None:
        self._world = world
        self._row = row
        self._store = world.shop.orders.get(row.store_order_id)

    def judge(self) -> None:
        """Look at what is left open, at what was written, and at the money."""
        self._judge_standing()
        self._judge_written()
        self._judge_told()
        self._judge_refunds()
        if self._row.state == "in_step" and self._store is not None:
            self._judge_money(self._store, self._klarna(self._store))

    def _judge_standing(self) -> None:
        row = self._row
        if row.wanted != row.reconciled:
            self._broken("9", "a hint was never looked at with success")
        if row.state == "working":
            self._broken("10", "it is still being worked on")
        if row.state == "held" and row.hold is None:
            self._broken("10", "it is held without a reason")
        if any(each.answer is None for each in row.asks.values()) and row.hold is None:
            self._broken("10", "a request of an operator has no answer")
        owed = [each for each in row.owed.values() if not each.outcome]
        if owed and self._store is not None and self._store.status != "trash":
            self._broken("10", f"the shop is still owed {owed[0].owed.kind}")
        for intent in row.intents.values():
            self._judge_call(intent)

    def _judge_call(self, intent: "IntentRow") -> None:
        if intent.state in (State.SENT, State.UNKNOWN):
            self._broken("10", f"nobody knows what became of a {intent.call.kind}")
        if intent.state is State.PARKED and self._row.hold is None:
            self._broken("10", f"a parked {intent.call.kind} that nobody sees")

    def _judge_told(self) -> None:
        """What has happened is in the journal as done, and the shop was told of it."""
        texts = [
            text for name, text in self._world.shop.added if name == self._row.store_order_id
        ]
        readable = self._store is not None and self._store.status != "trash"
        for effect in self._world.klarna.effects:
            intent = self._row.intents.get(effect.intent) if effect.intent else None
            if intent is None or effect.kind not in MONEY:
                continue
            # A backup may be from between the plan and the send: Klarna's record counts then.
            if intent.state in (State.PLANNED, State.REFUSED) and not self._world.era:
                self._broken(
                    "5", f"a {effect.kind} happened that the journal has as {intent.state}"
                )
            told = any(effect.remote_id in text for text in texts) or self._world.era
            if intent.remote_id and readable and not told:
                self._broken("10", f"the shop was never told of {effect.remote_id}")

    def _judge_written(self) -> None:
        """Notes are written once each."""
        # A backup has forgotten what was written since.
        if self._world.loose or self._world.era:
            return
        order, owed = self._row.store_order_id, self._row.owed.values()
        due = Counter(one.owed.note for one in owed if one.owed.kind is WriteKind.NOTE)
        for text, times in Counter(
            text for name, text in self._world.shop.added if name == order
        ).items():
            if times > due[text]:
                self._broken("8", f"the note {text!r} was written {times} times")

    def _judge_refunds(self) -> None:
        """No more is given back by kvitt than people have booked."""
        asked = sum(self._world.shop.asked_refunds[self._row.store_order_id].values())
        asked += sum(
            each.ask.request.expects.minor
            for each in self._row.asks.values()
            if each.ask.request.command is Command.REFUND and each.ask.request.expects
        )
        given = sum(
            effect.amount
            for effect in self._world.klarna.effects
            if effect.who == "kvitt"
            and effect.kind is Kind.REFUND
            and effect.intent in self._row.intents
        )
        if given > asked:
            self._broken("2", f"{given} was given back, and {asked} was asked for")

    def _judge_money(self, store: StoreOrder, klarna: KlarnaOrder) -> None:
        """An order that is in step has the money where the shop says it is."""
        # What a person has marked as seen is that it does not agree.
        seen = any(code.startswith("refund_deleted") for code in self._row.approved)
        if seen or self._world.rows.policy.manual_refunds is not ManualRefunds.SEND:
            return
        booked = sum(refund.amount.minor for refund in store.refunds)
        due = store.total.minor - booked
        kept = klarna.captured.minor - klarna.refunded.minor
        if store.status == "completed" and kept != due and not self._out_of_room(store):
            self._broken("9", f"in step and completed: Klarna keeps {kept}, due is {due}")
        if store.status == "cancelled" and (kept - max(due, 0) > 0 or klarna.remaining):
            if klarna.captured and kept != due:
                return
            self._broken("9", f"in step and cancelled: {klarna.remaining} is authorized")
        waits = store.status in self._world.rows.policy.update_statuses
        is_open = klarna.status is KlarnaStatus.AUTHORIZED
        if waits and is_open and klarna.order_amount.minor != due:
            self._broken("9", f"in step: {klarna.order_amount} is authorized, due is {due}")

    def _out_of_room(self, store: StoreOrder) -> bool:
        """Say whether more was given back at Klarna than the shop's books have room for."""
        if self._world.klarna.foreign.get(self._klarna(store).id, 0):
            return True
        # One that was booked and deleted since had its room.
        reasons = " ".join(self._world.witness.bookings)
        asked = (i for i in self._row.intents.values() if i.call.kind is Kind.REFUND)
        return any(
            i.remote_id and i.call.store_refund_id is None and i.remote_id not in reasons
            for i in asked
        )

    def _klarna(self, store: StoreOrder) -> KlarnaOrder:
        assert store.klarna_order_id is not None
        return self._world.klarna.truth(store.klarna_order_id)

    def _broken(self, invariant: str, what: str) -> None:
        self._world.witness.broken(invariant, f"order {self._row.store_order_id}: {what}")

"""A world in which plans come true: what is planned is done, noted, and looked at again."""

from dataclasses import replace

from kvitt.domain import effects, safety
from kvitt.domain.decide import decide
from kvitt.domain.ids import StoreRefundId
from kvitt.domain.intents import Intent
from kvitt.domain.plan import Adopt, Agree, Plan, Situation
from kvitt.domain.steps import Kind, Step
from kvitt.domain.store_order import StoreRefund
from unit.domain.orders import NOW, SCOPE, record

#: No order takes more steps than this.
MOST_STEPS = 20


def settled(situation: Situation) -> tuple[Situation, Plan, list[Step]]:
    """Carry out plans, a step at a time, until there is nothing more to do."""
    sent: list[Step] = []
    for _ in range(MOST_STEPS):
        plan = decide(situation)
        if not plan.steps:
            return situation, plan, sent
        first = plan.steps[0]
        if not isinstance(first, Adopt | Agree):
            sent.append(first)
        situation = after_first(situation, plan)
    raise AssertionError(f"never in step: {decide(situation)}")


def after_first(situation: Situation, plan: Plan) -> Situation:
    """Return the situation after the first action of a plan."""
    action = plan.steps[0]
    journal = effects.noted(situation.journal, action)
    situation = replace(situation, journal=journal)
    if isinstance(action, Adopt):
        return _adopted(situation, action)
    if isinstance(action, Agree):
        return situation
    assert situation.klarna is not None
    safety.check_step(action, situation.klarna)
    makes = action.kind in {Kind.CAPTURE, Kind.REFUND}
    remote_id = f"{action.kind.value}-{len(journal.records)}" if makes else ""
    klarna = effects.carried_out(
        situation.klarna,
        action,
        remote_id=remote_id,
        reference=Intent(scope=SCOPE, step=action).reference,
        at=NOW,
    )
    records = (*journal.records, record(action, remote_id=remote_id))
    return replace(situation, klarna=klarna, journal=replace(journal, records=records))


def _adopted(situation: Situation, adopt: Adopt) -> Situation:
    store = situation.store
    if adopt.store_status:
        store = replace(store, status=adopt.store_status)
    if adopt.book_refund:
        booked = StoreRefund(
            id=StoreRefundId(900 + len(store.refunds)),
            amount=adopt.amount,
            reason=f"Refunded at Klarna ({adopt.remote_id})",
            created_at=NOW,
        )
        store = replace(store, refunds=(*store.refunds, booked))
    return replace(situation, store=store)


def held(situation: Situation) -> Situation:
    """Return the situation once the plan's hold has moved the shop's order."""
    hold = decide(situation).hold
    assert hold is not None
    assert hold.store_status
    store = replace(situation.store, status=hold.store_status)
    return replace(situation, store=store, journal=replace(situation.journal, open_hold=hold))

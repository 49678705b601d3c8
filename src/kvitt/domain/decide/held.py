"""What stands in the way of steps: an unknown outcome, a refusal, an earlier hold."""

from dataclasses import replace

from kvitt.domain.decide.refusals import meaning_of
from kvitt.domain.decide.view import Aim, View, hold_stands
from kvitt.domain.intents import IntentRecord, State
from kvitt.domain.plan import Guard, Hold, HoldCode, Plan, Situation, Wish
from kvitt.domain.steps import Kind, Step

_UNKNOWN = frozenset({State.SENT, State.UNKNOWN, State.PARKED})

#: Under these guards a merchant has taken the order out of our hands, holds and all.
_HANDED_OVER = frozenset({Guard.NOT_KLARNA, Guard.SYNC_OFF})
#: Holds of guards: once the guard lets the order pass, their reason is gone.
_OF_GUARDS = frozenset(
    {
        HoldCode.NO_KLARNA_ID,
        HoldCode.KLARNA_UNKNOWN,
        HoldCode.IDENTITY,
        HoldCode.UNDER_REVIEW,
        HoldCode.FRAUD_REFUSED,
    }
)

#: How a step is named in the words of a hold.
VERBS = {
    Kind.CANCEL: "Cancel",
    Kind.CAPTURE: "Capture",
    Kind.UPDATE: "Change the authorization to",
    Kind.REFUND: "Refund",
    Kind.RELEASE: "Release",
    Kind.EXTEND: "Extend the authorization of",
    Kind.REFERENCES: "Set the order number of",
    Kind.CUSTOMER: "Change the delivery address of",
    Kind.TRACKING: "Add tracking to",
    Kind.RESEND: "Send Klarna's message again about",
    Kind.DUE_DATE: "Give more time to pay",
}


def outcome_unknown(situation: Situation) -> Plan | None:
    """Do nothing while nobody knows what became of an earlier call."""
    for record in situation.journal.records:
        if record.state in _UNKNOWN:
            hold = Hold(
                code=HoldCode.OUTCOME_UNKNOWN,
                wanted=f"{VERBS[record.kind]} {record.amount}",
                why="Klarna has not answered, so it may or may not have been done.",
                next_step=(
                    "Wait: kvitt finds out by itself. If this stays, look at the order in "
                    "Klarna's portal and mark the call as done or not done."
                ),
                amount=record.amount,
            )
            return Plan(hold=hold, reason=hold.sentence)
    return None


def with_open_hold(plan: Plan, situation: Situation) -> Plan:
    """Return a guard's plan with the hold that still stands, where it has none of its own.

    Once a hold has moved the order, its status asks for nothing any more, and a guard
    would be silent about what is still wanted.
    """
    hold = situation.journal.open_hold
    if hold is None or not hold_stands(situation) or situation.gone:
        return plan
    if plan.guard in _HANDED_OVER or (plan.hold and plan.hold.code is not hold.code):
        return plan
    return replace(plan, hold=hold)


def standing(view: View) -> Hold | None:
    """Return the earlier hold, as long as the order is where it was put and is not captured."""
    situation = view.situation
    hold = situation.journal.open_hold
    captured = bool(view.klarna.captured) and view.due <= view.zero
    retried = Wish.CAPTURE in situation.journal.wishes and view.aim is Aim.CAPTURE
    if hold is None or not hold_stands(situation) or captured or retried:
        return None
    if hold.code not in _OF_GUARDS:
        return hold
    return replace(
        hold,
        why="What stood in the way is mended.",
        next_step="Press Retry, or set the order to Completed again, to have it captured.",
    )


def is_done(view: View, step: Step) -> bool:
    """Say whether this very step was carried out, and Klarna's half is only read late."""
    record = view.record_of(step)
    return record is not None and record.state is State.DONE


def refusal_of(view: View, step: Step) -> IntentRecord | None:
    """Return the record of Klarna's refusal of this very step, unless a person said: again."""
    record = view.record_of(step)
    if record is None or record.state is not State.REFUSED:
        return None
    return None if str(record.id) in view.approved else record


def hold_of_refusal(view: View, step: Step, record: IntentRecord) -> Hold:
    """Return the hold for a step that Klarna has refused."""
    is_update = step.kind is Kind.UPDATE
    moves = view.aim is Aim.CAPTURE and step.kind in {Kind.CAPTURE, Kind.UPDATE}
    why, next_step = meaning_of(record.error_code, kind=step.kind)
    if is_update:
        why = f"{why} The old authorization of {view.klarna.order_amount} stands."
    # An update that was not needed for the amount does not keep the order from capture.
    needed = not is_update or view.due > view.klarna.remaining or bool(view.pending)
    return Hold(
        code=HoldCode.UPDATE_REFUSED if is_update else HoldCode.REFUSED_BY_KLARNA,
        wanted=f"{VERBS[step.kind]} {step.amount}",
        why=why,
        next_step=next_step,
        store_status=view.failed_status() if moves and needed else "",
        amount=step.amount,
    )

"""What an operator may ask for beyond what statuses can say, under the same rules.

Each function returns a plan, or raises NotAllowedNow with a sentence that says why
and what to do; ``why_not`` gives the same sentence for a button that is disabled.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from kvitt.domain import part_lines
from kvitt.domain.asks import Command
from kvitt.domain.decide import customer_care, expiry, guard, held, refunding
from kvitt.domain.decide.capture import lines_due, taken
from kvitt.domain.decide.portion import chosen
from kvitt.domain.decide.update import update
from kvitt.domain.decide.view import OPEN, Aim, View, aim_of
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.ids import CaptureId
from kvitt.domain.klarna_order import DueDateOption, KlarnaStatus
from kvitt.domain.lines import OrderLine, sum_of
from kvitt.domain.money import Money
from kvitt.domain.plan import Action, Guard, Plan, Situation, Wish
from kvitt.domain.steps import Cancel, Capture, Kind, Refund, Release, Update


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """A shipment that is announced with a capture."""

    number: str
    company: str = ""


def plan_capture(
    situation: Situation,
    *,
    lines: Mapping[int, int] | None = None,
    amount: Money | None = None,
    description: str = "",
    parcel: Parcel | None = None,
) -> Plan:
    """Plan a capture of lines (shop's id → quantity), of an amount, or of all that is due."""
    view = _view_to_capture(situation)
    first = update(view)
    if first.hold is not None:
        raise NotAllowedNow(first.hold.code.value, first.hold.sentence)
    actions = tuple(action for action in first.actions if not _is_refused(view, action))
    for action in actions:
        view = view.after(action)
    _check_due(view)
    parts = _lines_to_capture(view, lines=lines, amount=amount)
    asked = _worth(parts, amount, whole=view.due)
    _check_capture(view, asked)
    sent = parcel or Parcel(number="")
    step = Capture(
        amount=asked,
        lines=parts,
        captured_before=view.klarna.captured,
        reason=f"An operator asked to capture {asked} of the {view.due} that is due.",
        description=description,
        tracking_number=sent.number,
        tracking_company=sent.company,
    )
    return _plan((*actions, step))


def plan_refund(
    situation: Situation,
    *,
    request: str,
    lines: Mapping[int, int] | None = None,
    amount: Money | None = None,
    return_fee: Money | None = None,
    description: str = "",
) -> Plan:
    """Plan a refund of lines (the shop's id → quantity), of an amount, or of all that is left.

    ``request`` names what was asked, so that asking twice is one refund. A return fee is
    withheld: it lowers what the customer gets.
    """
    view = _view(situation, guard.identity)
    _check_refundable(view)
    parts = refunding.lines_of(view, lines=lines, amount=amount, return_fee=return_fee)
    asked = _worth(parts, amount, whole=_refundable(view))
    refunding.check_amount(asked, refundable=_refundable(view))
    withheld = f" after a return fee of {return_fee}" if return_fee else ""
    step = Refund(
        amount=asked,
        lines=parts,
        store_refund_id=None,
        reason=f"An operator asked to refund {asked}{withheld}.",
        description=description,
        request=request,
    )
    return _plan((step,))


def plan_update(situation: Situation) -> Plan:
    """Plan to send the shop's lines and total as they are now, whatever its status."""
    policy = situation.policy
    anywhere = replace(
        policy,
        update_statuses=policy.update_statuses | {situation.store.status},
        capture_statuses=policy.capture_statuses - {situation.store.status},
    )
    rules = (guard.not_paid, guard.identity, guard.under_review, guard.refused)
    view = _view(replace(situation, policy=anywhere), *rules)
    found = update(view)
    if found.hold is not None:
        raise NotAllowedNow(found.hold.code.value, found.hold.sentence)
    steps = tuple(action for action in found.actions if isinstance(action, Update))
    if not steps:
        raise NotAllowedNow("nothing_changed", _why_nothing_changes(view, found.reason))
    return _plan(steps)


def plan_release(situation: Situation) -> Plan:
    """Plan to give up what is left of the authorization."""
    view = _view(situation, guard.identity)
    klarna = view.klarna
    if klarna.status is not KlarnaStatus.PART_CAPTURED or not klarna.remaining:
        raise NotAllowedNow(
            "nothing_to_release",
            "Only what is left after a part was captured can be released. To give up the "
            "whole authorization, cancel the order.",
        )
    step = Release(
        amount=klarna.remaining,
        captured=klarna.captured,
        reason=f"An operator asked to give up the {klarna.remaining} that is left.",
    )
    return _plan((step,))


def plan_extend(situation: Situation) -> Plan:
    """Plan to ask for more time on the authorization."""
    view = _view(situation, guard.identity)
    if not expiry.may_extend(view):
        raise NotAllowedNow(
            "not_extendable",
            "Klarna gives more time only while an order is authorized, not expired, not paid "
            "at once by card, and less than 180 days old.",
        )
    return _plan((expiry.extension(view),))


def plan_resend(
    situation: Situation, *, request: str, capture_id: CaptureId | None = None
) -> Plan:
    """Plan to have Klarna send the customer its message about a capture again.

    Without a capture's id the last one is meant. ``request`` names what was asked, so that
    a double click is one message.
    """
    view = _view(situation, guard.identity)
    capture = customer_care.capture_named(view, capture_id)
    return _plan((customer_care.resend(capture, request=request),))


def plan_extend_due_date(
    situation: Situation,
    *,
    request: str,
    number_of_days: int,
    offers: Sequence[DueDateOption],
    capture_id: CaptureId | None = None,
) -> Plan:
    """Plan to give the customer more time to pay a capture; the plan says the shop's fee.

    ``offers`` are what Klarna has just answered for this capture; other days are not asked
    for. Without a capture's id the last one is meant.
    """
    view = _view(situation, guard.identity)
    capture = customer_care.capture_named(view, capture_id)
    step = customer_care.more_time(
        capture, offers, number_of_days=number_of_days, request=request
    )
    return _plan((step,))


def plan_cancel(situation: Situation) -> Plan:
    """Plan to give up the whole authorization."""
    view = _view(situation, guard.identity, guard.under_review)
    klarna = view.klarna
    if klarna.captured:
        raise NotAllowedNow(
            "cancel_after_capture",
            f"{klarna.captured} is captured: refund it, and release what is left.",
        )
    if klarna.status not in OPEN:
        raise NotAllowedNow(
            "not_open",
            f"Klarna's order is {klarna.status.in_words}: there is nothing to cancel.",
        )
    reason = f"An operator asked to give up the {klarna.remaining} that is authorized."
    return _plan((Cancel(authorized=klarna.remaining, reason=reason),))


def why_not(situation: Situation, command: Command) -> str | None:
    """Return why a command is not possible now, or None where it is."""
    try:
        _TRIALS[command](situation)
    except NotAllowedNow as refusal:
        return str(refusal)
    return None


_TRIALS: dict[Command, Callable[[Situation], Plan]] = {
    Command.CAPTURE: plan_capture,
    Command.REFUND: lambda situation: plan_refund(situation, request="trial"),
    Command.UPDATE: plan_update,
    Command.RELEASE: plan_release,
    Command.EXTEND: plan_extend,
    Command.CANCEL: plan_cancel,
    Command.RESEND: lambda situation: plan_resend(situation, request="trial"),
    # What Klarna offers is asked for first; that there is a capture is all that is needed.
    Command.DUE_DATE: lambda situation: plan_resend(situation, request="trial"),
}

#: What a person does first with an order that is only observed.
_WAY_OUT = {
    Guard.ANOTHER_PLUGIN: "The shop's own Klarna order management acts on this order. Take "
    "over on the shop's page first.",
    Guard.IMPORTED: "This order was imported. Approve the import's report on the shop's page "
    "first.",
}

_ALWAYS = (guard.not_klarna, guard.sync_off, guard.no_klarna_id)


def _view(situation: Situation, *rules: guard.Rule) -> View:
    """Return the sums, or raise where a guard forbids to act at all."""
    for rule in (*_ALWAYS, *rules, held.outcome_unknown):
        if (plan := rule(situation)) is not None:
            code = plan.guard or (plan.hold.code if plan.hold else "not_allowed")
            raise NotAllowedNow(str(code), plan.reason)
    if (observer := situation.observer) is not None:
        raise NotAllowedNow(observer, _WAY_OUT[observer])
    if situation.klarna is None:
        raise NotAllowedNow(
            "klarna_unknown",
            "Klarna does not know this order. Check its Klarna order id, and the account.",
        )
    return View(situation=situation, klarna=situation.klarna)


def _view_to_capture(situation: Situation) -> View:
    """Return the sums as if the shop's status asked for a capture."""
    if aim_of(situation) is Aim.CANCEL:
        raise NotAllowedNow(
            "cancelled", "The shop's order is cancelled. Set it to Processing to capture it."
        )
    wishes = situation.journal.wishes | {Wish.CAPTURE}
    journal = replace(situation.journal, wishes=wishes)
    rules = (guard.not_paid, guard.identity, guard.under_review, guard.refused)
    return _view(replace(situation, journal=journal), *rules)


def _why_nothing_changes(view: View, reason: str) -> str:
    if view.klarna.captured:
        return f"{view.klarna.captured} is captured: a captured order cannot change."
    return reason or "Klarna has the shop's lines and total already."


def _check_due(view: View) -> None:
    klarna = view.klarna
    if klarna.status not in OPEN:
        raise NotAllowedNow(
            "not_open", f"Klarna's order is {klarna.status.in_words}: nothing can be captured."
        )
    if view.asked and not klarna.captured:
        raise NotAllowedNow(
            "refund_ask", "A refund that was booked before the capture waits to be approved."
        )
    if not view.due > view.zero:
        raise NotAllowedNow(
            "nothing_due", f"Nothing more is due: {klarna.captured} is captured."
        )


def _is_refused(view: View, action: Action) -> bool:
    """Say whether Klarna has refused this very update: what it allows can be taken without."""
    return isinstance(action, Update) and held.refusal_of(view, action) is not None


def _lines_to_capture(
    view: View, *, lines: Mapping[int, int] | None, amount: Money | None
) -> tuple[OrderLine, ...]:
    if lines is not None:
        return chosen(view, lines, taken(view, Kind.CAPTURE))
    due = lines_due(view)
    if amount is None or amount == view.due or sum_of(due) <= 0 or amount.minor <= 0:
        return due if amount is None or amount == view.due else ()
    return part_lines.spread(due, amount.minor, label="Part of ")


def _worth(parts: tuple[OrderLine, ...], amount: Money | None, *, whole: Money) -> Money:
    """Return what was asked for: the chosen lines, the amount, or the whole."""
    if parts:
        return Money(sum_of(parts), whole.currency)
    return whole if amount is None else amount


def _check_capture(view: View, asked: Money) -> None:
    if asked <= view.zero:
        raise NotAllowedNow("amount", "An amount to capture is more than nothing.")
    most = min(view.due, view.klarna.remaining)
    if asked > most:
        raise NotAllowedNow(
            "capture_too_large", f"{asked} was asked for; at most {most} can be captured."
        )


def _check_refundable(view: View) -> None:
    if not view.klarna.captured:
        raise NotAllowedNow(
            "refund_not_captured",
            "Nothing is captured yet, so there is nothing to refund. Change or cancel the "
            "order instead.",
        )
    if not _refundable(view):
        raise NotAllowedNow("nothing_to_refund", "All that was captured is refunded.")


def _refundable(view: View) -> Money:
    """Return what can be refunded beyond the shop's refunds that are about to be sent."""
    pending = Money.total((refund.amount for refund in view.pending), view.order.currency)
    left = view.klarna.refundable - pending
    return max(left, view.zero)


def _plan(steps: tuple[Action, ...]) -> Plan:
    reasons = (step.reason for step in steps if hasattr(step, "reason"))
    return Plan(steps=steps, reason=" ".join(reasons))

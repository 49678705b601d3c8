"""The plan of an operator's request, as the review shows it and as it is carried out.

Both are this one function, so that what was reviewed is what is done, or nothing is.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from kvitt.domain.asks import Command, Request
from kvitt.domain.decide import commands
from kvitt.domain.decide.commands import Parcel
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.ids import CaptureId
from kvitt.domain.klarna_order import DueDateOption
from kvitt.domain.money import Money
from kvitt.domain.plan import Action, Adopt, Agree, Plan, Situation
from kvitt.domain.steps import ExtendDueDate, Kind

#: The step that carries a command out; those before it only prepare it.
LAST_STEP = {
    Command.CAPTURE: Kind.CAPTURE,
    Command.REFUND: Kind.REFUND,
    Command.UPDATE: Kind.UPDATE,
    Command.RELEASE: Kind.RELEASE,
    Command.EXTEND: Kind.EXTEND,
    Command.CANCEL: Kind.CANCEL,
    Command.RESEND: Kind.RESEND,
    Command.DUE_DATE: Kind.DUE_DATE,
}


def plan_of(
    situation: Situation,
    request: Request,
    *,
    name: str,
    offers: Sequence[DueDateOption] = (),
) -> Plan:
    """Return the plan of a request, whose id is ``name``.

    ``offers`` are Klarna's, just read, for a request to move a due date.

    Raises NotAllowedNow, with a sentence for the operator, where the request is not
    possible, or where the order is no longer as it was when the request was reviewed.
    """
    check_unchanged(situation, request)
    if request.command is Command.DUE_DATE:
        return _due_date(situation, request, name, offers)
    plan = _PLANS[request.command](situation, request, name)
    plan = replace(plan, steps=tuple(_adjusted(situation, step) for step in plan.steps))
    expected, planned = request.expects, moved(plan)
    if expected is not None and planned is not None and planned != expected:
        raise NotAllowedNow(
            "changed",
            f"The order has changed since you looked: it was {expected}, and now it would be "
            f"{planned}. Nothing was sent. Review it again.",
        )
    return plan


def moved(plan: Plan) -> Money | None:
    """Return what the plan's last step is about; None for a plan without a call."""
    amounts = [step.amount for step in plan.steps]
    return amounts[-1] if amounts else None


def check_unchanged(situation: Situation, request: Request) -> None:
    """Raise NotAllowedNow where money moved after the request was reviewed."""
    seen, klarna = request.seen, situation.klarna
    if seen is None or klarna is None:
        return
    for what, before, now in (
        ("captured", seen.captured, klarna.captured),
        ("refunded", seen.refunded, klarna.refunded),
    ):
        if before != now:
            raise NotAllowedNow(
                "changed",
                f"Somebody was faster: {before} was {what} when you looked, and now {now} is. "
                "Nothing was sent. Review it again.",
            )


def _adjusted(situation: Situation, action: Action) -> Action:
    if isinstance(action, Adopt | Agree):
        return action
    return situation.hooks.applied(action, situation.store)


def _capture(situation: Situation, request: Request, name: str) -> Plan:
    del name
    parcel = None
    if request.tracking_number:
        parcel = Parcel(number=request.tracking_number, company=request.tracking_company)
    return commands.plan_capture(
        situation,
        lines=request.lines,
        amount=request.amount,
        description=request.description,
        parcel=parcel,
    )


def _refund(situation: Situation, request: Request, name: str) -> Plan:
    return commands.plan_refund(
        situation,
        request=name,
        lines=request.lines,
        amount=request.amount,
        return_fee=request.return_fee,
        description=request.description,
    )


def _due_date(
    situation: Situation, request: Request, name: str, offers: Sequence[DueDateOption]
) -> Plan:
    if request.days is None:
        _resend(situation, request, name)
        return Plan(reason="Klarna is asked what more time it offers, and what it costs.")
    plan = commands.plan_extend_due_date(
        situation,
        request=name,
        number_of_days=request.days,
        offers=offers,
        capture_id=_capture_of(request),
    )
    fees = [step.fee for step in plan.steps if isinstance(step, ExtendDueDate)]
    if request.fee is not None and fees != [request.fee]:
        raise NotAllowedNow(
            "fee_changed",
            f"Klarna's fee is not {request.fee} any more: {plan.reason} Nothing was sent.",
        )
    return plan


def _resend(situation: Situation, request: Request, name: str) -> Plan:
    return commands.plan_resend(situation, request=name, capture_id=_capture_of(request))


def _capture_of(request: Request) -> CaptureId | None:
    return CaptureId(request.capture_id) if request.capture_id else None


_PLANS: dict[Command, Callable[[Situation, Request, str], Plan]] = {
    Command.CAPTURE: _capture,
    Command.REFUND: _refund,
    Command.UPDATE: lambda situation, _request, _name: commands.plan_update(situation),
    Command.RELEASE: lambda situation, _request, _name: commands.plan_release(situation),
    Command.EXTEND: lambda situation, _request, _name: commands.plan_extend(situation),
    Command.CANCEL: lambda situation, _request, _name: commands.plan_cancel(situation),
    Command.RESEND: _resend,
}

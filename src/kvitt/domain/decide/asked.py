"""The plan of an operator's request, as the review shows it and as it is carried out.

Both are this one function, so that what was reviewed is what is done, or nothing is.
"""

from collections.abc import Callable

from kvitt.domain.asks import Command, Request
from kvitt.domain.decide import commands
from kvitt.domain.decide.commands import Parcel
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.money import Money
from kvitt.domain.plan import Plan, Situation
from kvitt.domain.steps import Kind

#: The step that carries a command out; those before it only prepare it.
LAST_STEP = {
    Command.CAPTURE: Kind.CAPTURE,
    Command.REFUND: Kind.REFUND,
    Command.UPDATE: Kind.UPDATE,
    Command.RELEASE: Kind.RELEASE,
    Command.EXTEND: Kind.EXTEND,
    Command.CANCEL: Kind.CANCEL,
}


def plan_of(situation: Situation, request: Request, *, name: str) -> Plan:
    """Return the plan of a request, whose id is ``name``.

    Raises NotAllowedNow, with a sentence for the operator, where the request is not
    possible, or where the order is no longer as it was when the request was reviewed.
    """
    check_unchanged(situation, request)
    plan = _PLANS[request.command](situation, request, name)
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


_PLANS: dict[Command, Callable[[Situation, Request, str], Plan]] = {
    Command.CAPTURE: _capture,
    Command.REFUND: _refund,
    Command.UPDATE: lambda situation, _request, _name: commands.plan_update(situation),
    Command.RELEASE: lambda situation, _request, _name: commands.plan_release(situation),
    Command.EXTEND: lambda situation, _request, _name: commands.plan_extend(situation),
    Command.CANCEL: lambda situation, _request, _name: commands.plan_cancel(situation),
}
